//! A growing file, line by line.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Longer lines are cut: an engine's event fits, a runaway program does not fill the memory.
pub(super) const LONGEST: usize = 1 << 20;
const CUT: &str = " … [line cut]";
const CHUNK: usize = 64 << 10;

/// Where a line came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stream {
    Stdout,
    Stderr,
}

/// A line of a child's output, without its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub stream: Stream,
    /// What is not UTF-8 is replaced; what is longer than 1 MiB is cut and says so.
    pub text: String,
    /// How far both files have been read with this line.
    pub after: Offsets,
}

/// How far the output has been read, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offsets {
    pub stdout: u64,
    pub stderr: u64,
}

/// Reads one file as it grows.
pub(super) struct Tail {
    path: PathBuf,
    file: Option<File>,
    /// After the last whole line.
    pub offset: u64,
    partial: Vec<u8>,
    /// Bytes of the line in `partial` that were dropped because it is too long.
    dropped: u64,
}

impl Tail {
    pub fn new(path: PathBuf) -> Tail {
        Tail { path, file: None, offset: 0, partial: Vec::new(), dropped: 0 }
    }

    /// Hands over the whole lines that have come, each with the offset behind it.
    pub fn read(&mut self, each: &mut impl FnMut(String, u64)) -> io::Result<()> {
        if self.file.is_none() {
            self.file = match File::open(&self.path) {
                Ok(file) => Some(file),
                // The child has not started yet.
                Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
                Err(e) => return Err(e),
            };
        }
        let mut chunk = vec![0u8; CHUNK];
        while let Some(file) = &mut self.file {
            let n = file.read(&mut chunk)?;
            if n == 0 {
                break;
            }
            let mut rest = chunk.get(..n).unwrap_or_default();
            while let Some(end) = rest.iter().position(|b| *b == b'\n') {
                let (line, after) = rest.split_at(end);
                self.add(line);
                self.emit(1, each);
                rest = after.get(1..).unwrap_or_default();
            }
            self.add(rest);
        }
        Ok(())
    }

    /// Hands over what stands behind the last line end.
    pub fn finish(&mut self, each: &mut impl FnMut(String, u64)) {
        if !self.partial.is_empty() {
            self.emit(0, each);
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        let room = LONGEST.saturating_sub(self.partial.len()).min(bytes.len());
        self.partial.extend(bytes.iter().take(room));
        self.dropped += (bytes.len() - room) as u64;
    }

    fn emit(&mut self, line_end: u64, each: &mut impl FnMut(String, u64)) {
        let mut text = String::from_utf8_lossy(&self.partial).into_owned();
        if self.dropped > 0 {
            text.push_str(CUT);
        } else if text.ends_with('\r') {
            text.pop();
        }
        self.offset += self.partial.len() as u64 + self.dropped + line_end;
        self.partial.clear();
        self.dropped = 0;
        each(text, self.offset);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn all(tail: &mut Tail) -> Vec<(String, u64)> {
        let mut lines = Vec::new();
        tail.read(&mut |text, after| lines.push((text, after))).unwrap();
        lines
    }

    #[test]
    fn lines_come_whole_and_say_where_they_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut tail = Tail::new(path.clone());
        assert!(all(&mut tail).is_empty(), "no file yet");
        let mut file = File::create(&path).unwrap();
        write!(file, "one\ntw").unwrap();
        assert_eq!(all(&mut tail), vec![("one".to_owned(), 4)]);
        write!(file, "o\r\n\nend").unwrap();
        assert_eq!(all(&mut tail), vec![("two".to_owned(), 9), (String::new(), 10)]);
        let mut last = Vec::new();
        tail.finish(&mut |text, after| last.push((text, after)));
        assert_eq!(last, vec![("end".to_owned(), 13)]);
    }

    #[test]
    fn a_long_line_is_cut_and_the_next_one_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut bytes = vec![b'x'; 3 * LONGEST];
        bytes.extend_from_slice(b"\nafter \xff\xfe\n");
        std::fs::write(&path, &bytes).unwrap();
        let lines = all(&mut Tail::new(path));
        let [(long, _), (after, end)] = lines.as_slice() else { panic!("{}", lines.len()) };
        assert_eq!(long.len(), LONGEST + CUT.len());
        assert!(long.ends_with(CUT));
        assert_eq!((after.as_str(), *end), ("after \u{fffd}\u{fffd}", bytes.len() as u64));
    }
}
