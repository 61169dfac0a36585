//! The picture of a chart.

use chrono::{Datelike, Weekday};
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive as _;

use super::canvas::{Align, Area, Canvas, Pen, Rgb, Style, Weight};
use super::scale::Scale;
use super::{Chart, ChartError, SHOWN, Series};
use crate::domain::cost::amount;

const WIDTH: u32 = 1600;
const HEIGHT: u32 = 800;
/// Where the bars are.
const PLOT: Area = Area { x: 130.0, y: 160.0, width: 1000.0, height: 555.0 };
/// Where names and amounts are: from the left, to the right.
const LEGEND: (f32, f32) = (1180.0, 1550.0);
const LEFT: f32 = 50.0;

const INK: Rgb = [0x1d, 0x1c, 0x1d];
const QUIET: Rgb = [0x61, 0x66, 0x6e];
const GRID: Rgb = [0xe4, 0xe7, 0xeb];
const WEEKEND: Rgb = [0xf6, 0xf7, 0xf9];
const BUDGET: Pen = Pen { width: 3.0, colour: [0xc7, 0x25, 0x3e], dash: Some(12.0) };
/// Told apart by most who see few colours; the last one is for the others.
const COLOURS: [Rgb; SHOWN + 1] = [
    [0x2a, 0x6f, 0xdb],
    [0xf2, 0x8e, 0x2b],
    [0x1f, 0xa1, 0x87],
    [0xb0, 0x4a, 0x9a],
    [0x7a, 0xbf, 0xf0],
    [0xe6, 0xc2, 0x29],
    [0x6b, 0x4c, 0x3b],
    [0x9a, 0xa3, 0xae],
];

const fn style(size: f32, weight: Weight, colour: Rgb) -> Style {
    Style { size, weight, colour }
}

const LABEL: Style = style(21.0, Weight::Regular, QUIET);
const NAME: Style = style(23.0, Weight::Regular, INK);
const SUM: Style = style(23.0, Weight::SemiBold, INK);

pub(super) fn draw(chart: &Chart) -> Result<Vec<u8>, ChartError> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT)?;
    let shown = chart.shown();
    let room = LEGEND.1 - LEFT;
    let title = style(38.0, Weight::SemiBold, INK);
    let text = canvas.fit(&chart.title, title, room);
    canvas.text(&text, (LEFT, 72.0), title, Align::Left);
    let subtitle = style(24.0, Weight::Regular, QUIET);
    let text = canvas.fit(&chart.subtitle, subtitle, room);
    canvas.text(&text, (LEFT, 110.0), subtitle, Align::Left);

    let days = chart.days();
    let dearest = (0..days).map(|day| shown.iter().map(|one| one.day(day)).sum::<Decimal>()).max();
    let daily = chart.daily_budget().unwrap_or_default();
    let most = dearest.unwrap_or_default();
    // A budget that is far above everything would press the bars to the ground: it stands beside them alone.
    let far = most > Decimal::ZERO && daily > most * Decimal::from(4);
    let scale = Scale::upto(if far { most } else { most.max(daily) }, &chart.currency);
    let plot = Plot { scale: &scale, step: PLOT.width / pixels(Decimal::from(days)) };
    plot.ground(&mut canvas, chart);
    plot.bars(&mut canvas, &shown);
    if chart.budget.is_some() && !far {
        let y = plot.y(daily);
        canvas.line((PLOT.x, y), (PLOT.x + PLOT.width, y), BUDGET);
    }
    if shown.is_empty() {
        let middle = (PLOT.x + PLOT.width / 2.0, PLOT.y + PLOT.height / 2.0);
        canvas.text(&chart.empty, middle, style(28.0, Weight::Regular, QUIET), Align::Middle);
    }
    legend(&mut canvas, chart, &shown);
    canvas.png()
}

struct Plot<'a> {
    scale: &'a Scale,
    /// How wide a day is.
    step: f32,
}

impl Plot<'_> {
    fn y(&self, amount: Decimal) -> f32 {
        let share = amount.checked_div(self.scale.top()).unwrap_or_default();
        PLOT.y + PLOT.height * (1.0 - pixels(share))
    }

    /// The left edge of a day, from zero.
    fn x(&self, day: u16) -> f32 {
        PLOT.x + self.step * f32::from(day)
    }

    /// Weekends, lines and the labels of both axes.
    fn ground(&self, canvas: &mut Canvas, chart: &Chart) {
        for ((day, ..), n) in chart.month.days().zip(0u16..) {
            let x = self.x(n);
            if matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
                canvas.fill(Area { x, width: self.step, ..PLOT }, WEEKEND);
            }
            let at = (x + self.step / 2.0, PLOT.y + PLOT.height + 34.0);
            canvas.text(
                &day.day().to_string(),
                at,
                style(19.0, Weight::Regular, QUIET),
                Align::Middle,
            );
        }
        let pen = Pen { width: 1.5, colour: GRID, dash: None };
        for (line, label) in self.scale.lines.iter().zip(&self.scale.labels) {
            let y = self.y(*line).round();
            canvas.line((PLOT.x, y), (PLOT.x + PLOT.width, y), pen);
            canvas.text(label, (PLOT.x - 16.0, y + 7.0), LABEL, Align::Right);
        }
        let ground = PLOT.y + PLOT.height;
        let pen = Pen { width: 2.0, colour: QUIET, dash: None };
        canvas.line((PLOT.x, ground), (PLOT.x + PLOT.width, ground), pen);
    }

    /// The dearest at the bottom, with a thin gap between any two.
    fn bars(&self, canvas: &mut Canvas, shown: &[Series]) {
        let days = shown.iter().map(|one| one.days.len()).max().unwrap_or_default();
        for (day, n) in (0..days).zip(0u16..) {
            let mut below = Decimal::ZERO;
            for (one, colour) in shown.iter().zip(COLOURS) {
                let amount = one.day(day);
                let (bottom, top) = (self.y(below), self.y(below + amount));
                let gap = if below.is_zero() { 0.0 } else { 1.5 };
                let inset = self.step * 0.14;
                let area = Area {
                    x: self.x(n) + inset,
                    y: top,
                    width: self.step - 2.0 * inset,
                    height: bottom - gap - top,
                };
                canvas.fill(area, colour);
                below += amount;
            }
        }
    }
}

/// Names and amounts, the dearest first, their sum, and the budget.
fn legend(canvas: &mut Canvas, chart: &Chart, shown: &[Series]) {
    let mut y = PLOT.y + 22.0;
    for (one, colour) in shown.iter().zip(COLOURS) {
        canvas.fill(Area { x: LEGEND.0, y: y - 18.0, width: 20.0, height: 20.0 }, colour);
        line(canvas, &one.name, &amount(&chart.currency, one.sum()), (LEGEND.0 + 34.0, y));
        y += 46.0;
    }
    if !shown.is_empty() {
        let pen = Pen { width: 1.5, colour: GRID, dash: None };
        canvas.line((LEGEND.0, y - 16.0), (LEGEND.1, y - 16.0), pen);
        y += 24.0;
    }
    let total = amount(&chart.currency, shown.iter().map(Series::sum).sum());
    let style = style(26.0, Weight::SemiBold, INK);
    canvas.text(&chart.total, (LEGEND.0, y), style, Align::Left);
    canvas.text(&total, (LEGEND.1, y), style, Align::Right);
    if let Some(budget) = &chart.budget {
        y += 50.0;
        canvas.line((LEGEND.0 - 2.0, y - 8.0), (LEGEND.0 + 31.0, y - 8.0), BUDGET);
        line(canvas, &budget.label, &amount(&chart.currency, budget.amount), (LEGEND.0 + 44.0, y));
        let note = canvas.fit(&budget.note, LABEL, LEGEND.1 - LEGEND.0 - 44.0);
        canvas.text(&note, (LEGEND.0 + 44.0, y + 32.0), LABEL, Align::Left);
    }
}

/// A name from the left with as much of it as the amount at the right leaves room for.
fn line(canvas: &mut Canvas, name: &str, amount: &str, at: (f32, f32)) {
    let room = LEGEND.1 - at.0 - canvas.width(amount, SUM) - 16.0;
    let name = canvas.fit(name, NAME, room);
    canvas.text(&name, at, NAME, Align::Left);
    canvas.text(amount, (LEGEND.1, at.1), SUM, Align::Right);
}

/// Money leaves the decimals here alone, where it becomes a place on a picture.
fn pixels(number: Decimal) -> f32 {
    number.to_f32().unwrap_or_default()
}
