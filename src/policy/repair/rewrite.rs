//! A text that was changed in places, and where each of its characters comes from.

use std::ops::Range;

/// What stands in place of a range of the text.
#[derive(Debug, Clone)]
pub(super) struct Edit {
    pub range: Range<usize>,
    pub with: Vec<Piece>,
}

/// A part of what stands there.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    New(String),
    /// What stood at this range.
    Of(Range<usize>),
}

/// A text and how it came to be.
#[derive(Debug, Clone, Default)]
pub(in crate::policy) struct Rewritten {
    original: String,
    text: String,
    /// From the first change to the last.
    steps: Vec<Vec<Segment>>,
}

/// So many bytes of the new text, and where they stood.
#[derive(Debug, Clone)]
struct Segment {
    at: usize,
    from: usize,
    kept: bool,
}

impl Rewritten {
    pub fn unchanged(text: &str) -> Rewritten {
        Rewritten { original: text.to_owned(), text: text.to_owned(), steps: Vec::new() }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column in the original, in characters, of what the engine has at line and column of the text;
    /// both from one.
    pub fn original_place(&self, line: usize, column: usize) -> (usize, usize) {
        let mut offset = offset_of(&self.text, line, column);
        for segments in self.steps.iter().rev() {
            let here = segments.partition_point(|segment| segment.at <= offset).saturating_sub(1);
            if let Some(segment) = segments.get(here) {
                offset = segment.from + if segment.kept { offset - segment.at } else { 0 };
            }
        }
        place_of(&self.original, offset)
    }

    /// The text with these changes, which do not overlap.
    pub(super) fn edited(mut self, mut edits: Vec<Edit>) -> Rewritten {
        if edits.is_empty() {
            return self;
        }
        edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
        let mut new = String::with_capacity(self.text.len() + 64);
        let mut segments = Vec::new();
        let mut done = 0;
        for edit in edits {
            keep(&self.text, done..edit.range.start, &mut new, &mut segments);
            for piece in edit.with {
                match piece {
                    Piece::Of(range) => keep(&self.text, range, &mut new, &mut segments),
                    Piece::New(text) => {
                        segments.push(Segment {
                            at: new.len(),
                            from: edit.range.start,
                            kept: false,
                        });
                        new.push_str(&text);
                    }
                }
            }
            done = edit.range.end;
        }
        keep(&self.text, done..self.text.len(), &mut new, &mut segments);
        self.text = new;
        self.steps.push(segments);
        self
    }
}

fn keep(text: &str, range: Range<usize>, new: &mut String, segments: &mut Vec<Segment>) {
    if let Some(kept) = text.get(range.clone()) {
        segments.push(Segment { at: new.len(), from: range.start, kept: true });
        new.push_str(kept);
    }
}

/// The columns of a tab to the engine's parser.
const TAB: usize = 4;

/// Of a place as the engine has it.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1));
    let start = starts.take(line).last().unwrap_or_default();
    let mut here = 1;
    for (at, one) in text.get(start..).unwrap_or_default().char_indices() {
        if here >= column || one == '\n' {
            return start + at;
        }
        here += if one == '\t' { TAB } else { 1 };
    }
    text.len()
}

/// As editors have it: a tab is one character.
fn place_of(text: &str, offset: usize) -> (usize, usize) {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    (line, before[start..].chars().count() + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(range: Range<usize>, text: &str) -> Edit {
        Edit { range, with: vec![Piece::New(text.to_owned())] }
    }

    #[test]
    fn places_lead_back_through_every_step() {
        let text = "one\nnot f(g(x)) y\nend";
        let moved = Rewritten::unchanged(text).edited(vec![
            Edit {
                range: 4..4,
                with: vec![Piece::New("h := ".into()), Piece::Of(10..14), Piece::New("; ".into())],
            },
            new(10..14, "h"),
        ]);
        assert_eq!(moved.text(), "one\nh := g(x); not f(h) y\nend");
        let renamed = moved.edited(vec![new(11..12, "long")]);
        assert_eq!(renamed.text(), "one\nh := g(long); not f(h) y\nend");
        // `g`, which was moved; `)` behind what was renamed; `not`; `y`; `end`.
        assert_eq!(renamed.original_place(2, 6), (2, 7));
        assert_eq!(renamed.original_place(2, 12), (2, 10));
        assert_eq!(renamed.original_place(2, 15), (2, 1));
        assert_eq!(renamed.original_place(2, 24), (2, 13));
        assert_eq!(renamed.original_place(3, 2), (3, 2));
        // What was put in is where it was put.
        assert_eq!(renamed.original_place(2, 1), (2, 1));
    }

    #[test]
    fn tabs_are_counted_as_the_engine_counts_them_and_told_as_editors_do() {
        let text = Rewritten::unchanged("a\n\t\tnot x");
        assert_eq!(text.original_place(2, 9), (2, 3));
        assert_eq!(text.edited(vec![new(8..9, "long")]).original_place(2, 13), (2, 7));
    }

    #[test]
    fn columns_are_characters() {
        let text = Rewritten::unchanged("é x").edited(vec![new(3..4, "yy")]);
        assert_eq!(text.original_place(1, 3), (1, 3));
    }
}
