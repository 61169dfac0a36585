//! Rectangles, lines and letters on a picture.

use tiny_skia::{
    Color, FillRule, LineCap, Paint, Path, PathBuilder, Pixmap, Rect, Stroke, StrokeDash, Transform,
};
use ttf_parser::{Face, OutlineBuilder};

use super::ChartError;

static REGULAR: &[u8] = include_bytes!("font/Inter-Regular.otf");
static SEMIBOLD: &[u8] = include_bytes!("font/Inter-SemiBold.otf");

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    Regular,
    SemiBold,
}

/// How a text looks; its size is in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    pub size: f32,
    pub weight: Weight,
    pub colour: Rgb,
}

/// Where a text stands from its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Middle,
    Right,
}

/// From left and top, with width and height, in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Area {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

pub(super) struct Canvas {
    pixmap: Pixmap,
    regular: Face<'static>,
    semibold: Face<'static>,
}

impl Canvas {
    /// White.
    pub fn new(width: u32, height: u32) -> Result<Canvas, ChartError> {
        let mut pixmap = Pixmap::new(width, height).ok_or(ChartError::Room(width, height))?;
        pixmap.fill(Color::WHITE);
        Ok(Canvas {
            pixmap,
            regular: Face::parse(REGULAR, 0)?,
            semibold: Face::parse(SEMIBOLD, 0)?,
        })
    }

    pub fn png(&self) -> Result<Vec<u8>, ChartError> {
        self.pixmap.encode_png().map_err(|error| ChartError::Png(error.to_string()))
    }

    /// One that is thinner than nothing is not drawn.
    pub fn fill(&mut self, area: Area, colour: Rgb) {
        if let Some(rect) = Rect::from_xywh(area.x, area.y, area.width, area.height) {
            self.pixmap.fill_rect(rect, &paint(colour), Transform::identity(), None);
        }
    }

    /// From one point to another; `dash`: how long its dashes and the gaps between them are.
    pub fn line(&mut self, from: (f32, f32), to: (f32, f32), pen: Pen) {
        let mut path = PathBuilder::new();
        path.move_to(from.0, from.1);
        path.line_to(to.0, to.1);
        let dash = pen.dash.and_then(|dash| StrokeDash::new(vec![dash, dash * 0.75], 0.0));
        let stroke =
            Stroke { width: pen.width, line_cap: LineCap::Butt, dash, ..Stroke::default() };
        if let Some(path) = path.finish() {
            self.pixmap.stroke_path(
                &path,
                &paint(pen.colour),
                &stroke,
                Transform::identity(),
                None,
            );
        }
    }

    /// Its base line is at `y`.
    pub fn text(&mut self, text: &str, at: (f32, f32), style: Style, align: Align) {
        let width = self.width(text, style);
        let x = match align {
            Align::Left => at.0,
            Align::Middle => at.0 - width / 2.0,
            Align::Right => at.0 - width,
        };
        if let Some(path) = self.outline(text, style, (x, at.1)) {
            let paint = paint(style.colour);
            self.pixmap.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        }
    }

    /// How wide a text is.
    pub fn width(&self, text: &str, style: Style) -> f32 {
        let face = self.face(style.weight);
        let units = text.chars().map(|letter| advance(face, letter)).sum::<f32>();
        units * style.size / f32::from(face.units_per_em())
    }

    /// The text, or as much of its beginning as there is room for, with an ellipsis.
    pub fn fit(&self, text: &str, style: Style, room: f32) -> String {
        if self.width(text, style) <= room {
            return text.to_owned();
        }
        let mut letters: Vec<char> = text.chars().collect();
        loop {
            letters.pop();
            let shorter: String = letters.iter().collect::<String>().trim_end().to_owned() + "…";
            if letters.is_empty() || self.width(&shorter, style) <= room {
                return shorter;
            }
        }
    }

    fn face(&self, weight: Weight) -> &Face<'static> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semibold,
        }
    }

    fn outline(&self, text: &str, style: Style, at: (f32, f32)) -> Option<Path> {
        let face = self.face(style.weight);
        let scale = style.size / f32::from(face.units_per_em());
        let mut pen = Outline { path: PathBuilder::new(), scale, x: at.0, y: at.1 };
        for letter in text.chars() {
            face.outline_glyph(glyph(face, letter), &mut pen);
            pen.x += advance(face, letter) * scale;
        }
        pen.path.finish()
    }
}

/// How a line looks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub width: f32,
    pub colour: Rgb,
    pub dash: Option<f32>,
}

fn paint(colour: Rgb) -> Paint<'static> {
    let mut paint = Paint::default();
    paint.set_color_rgba8(colour[0], colour[1], colour[2], 255);
    paint.anti_alias = true;
    paint
}

/// A letter that the font has not is a question mark.
fn glyph(face: &Face<'_>, letter: char) -> ttf_parser::GlyphId {
    let found = face.glyph_index(letter).or_else(|| face.glyph_index('?'));
    found.unwrap_or_default()
}

fn advance(face: &Face<'_>, letter: char) -> f32 {
    f32::from(face.glyph_hor_advance(glyph(face, letter)).unwrap_or_default())
}

/// Fonts count upwards, pictures downwards.
struct Outline {
    path: PathBuilder,
    scale: f32,
    x: f32,
    y: f32,
}

impl Outline {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        (self.x + x * self.scale, self.y - y * self.scale)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = self.at(x, y);
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let ((x1, y1), (x, y)) = (self.at(x1, y1), self.at(x, y));
        self.path.quad_to(x1, y1, x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let ((x1, y1), (x2, y2), (x, y)) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.path.cubic_to(x1, y1, x2, y2, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
