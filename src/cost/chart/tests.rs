//! What is on the picture, by its pixels; how it looks is looked at: `MAYFLY_CHARTS=folder cargo test chart`.

use tiny_skia::Pixmap;

use super::*;

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A month of this many environments, each cheaper than the one before, which began on different days.
fn chart(names: usize) -> Chart {
    let series = (0..names).map(|n| {
        let cost = |day: usize| {
            let runs = day >= (n * 5) % 11 && day < 23 && !(day + n).is_multiple_of(9);
            let wave = Decimal::from(3 + (day * 7 + n * 3) % 5) / Decimal::from(4);
            if runs { wave * decimal("6.4") / Decimal::from(n + 2) } else { Decimal::ZERO }
        };
        Series { name: NAMES[n % NAMES.len()].to_owned(), days: (0..30).map(cost).collect() }
    });
    Chart {
        title: "Cost in November 2026".into(),
        subtitle: "Team payments, by environment, until 23 November".into(),
        month: "2026-11".parse().unwrap(),
        currency: "USD".into(),
        series: series.collect(),
        others: "others".into(),
        total: "Total".into(),
        budget: Some(budget("300")),
        empty: "Nothing has cost anything in this month".into(),
    }
}

const NAMES: [&str; 12] = [
    "checkout-preview-with-a-long-name",
    "jade-otter",
    "load-test",
    "billing-sandbox",
    "Grüße-aus-Köln",
    "αβγ-ньюс",
    "mobile-qa",
    "data-lab",
    "tiny",
    "spare",
    "日本",
    "last",
];

fn budget(amount: &str) -> BudgetLine {
    BudgetLine { amount: decimal(amount), label: "Budget".into(), note: "$10.00 a day".into() }
}

fn drawn(chart: &Chart, name: &str) -> Pixmap {
    let png = chart.png().unwrap();
    if let Some(folder) = std::env::var_os("MAYFLY_CHARTS") {
        std::fs::write(std::path::Path::new(&folder).join(format!("{name}.png")), &png).unwrap();
    }
    Pixmap::decode_png(&png).unwrap()
}

/// How many pixels are exactly of this colour, in a part of the picture: from x, y to x, y.
fn count(picture: &Pixmap, colour: [u8; 3], part: [u32; 4]) -> usize {
    let [left, top, right, bottom] = part;
    let points = (top..bottom).flat_map(|y| (left..right).map(move |x| (x, y)));
    let is = |(x, y): (u32, u32)| {
        let pixel = picture.pixel(x, y).unwrap();
        [pixel.red(), pixel.green(), pixel.blue()] == colour
    };
    points.filter(|point| is(*point)).count()
}

const ALL: [u32; 4] = [0, 0, 1600, 800];
const BARS: [u32; 4] = [130, 160, 1130, 714];
const BLUE: [u8; 3] = [0x2a, 0x6f, 0xdb];
const GREY: [u8; 3] = [0x9a, 0xa3, 0xae];
const RED: [u8; 3] = [0xc7, 0x25, 0x3e];

#[test]
fn it_is_a_picture_of_every_day_name_and_budget() {
    let picture = drawn(&chart(12), "many");
    assert_eq!((picture.width(), picture.height()), (1600, 800));
    assert_eq!(count(&picture, [0xff; 3], [0, 0, 40, 800]), 40 * 800, "it is white around");
    assert!(count(&picture, BLUE, BARS) > 5_000 && count(&picture, GREY, BARS) > 1_000);
    assert!(count(&picture, RED, BARS) > 800, "the budget's line");
    assert!(count(&picture, [0x1d, 0x1c, 0x1d], [40, 30, 700, 90]) > 1_500, "the title");
    // A square of each of eight colours in the legend, 20 by 20.
    assert_eq!(count(&picture, BLUE, [1180, 160, 1210, 600]), 400);
    assert_eq!(count(&picture, GREY, [1180, 160, 1210, 600]), 400);
}

#[test]
fn a_bar_is_as_high_as_its_amount() {
    let one = |days: Vec<Decimal>| Series { name: "one".into(), days };
    let mut chart =
        Chart { budget: None, series: vec![one(vec![decimal("5"), decimal("2.5")])], ..chart(0) };
    let picture = drawn(&chart, "one");
    let column = |picture: &Pixmap, day: u32| {
        let x = 130 + (1000 * day + 500) / 30;
        count(picture, BLUE, [x, 160, x + 1, 716])
    };
    // The axis ends at 5: the first bar is as high as the plot, 555 pixels without the ground's own line.
    let (full, half) = (column(&picture, 0), column(&picture, 1));
    assert!((553..=555).contains(&full) && (276..=279).contains(&half), "{full} {half}");
    assert_eq!(column(&picture, 2), 0);
    chart.budget = Some(budget("300"));
    chart.series = vec![one(vec![decimal("10")])];
    let beside = drawn(&chart, "at the budget");
    assert!((550..=555).contains(&column(&beside, 0)), "ten dollars a day are the budget's own");
    chart.budget = Some(budget("30000"));
    let far = drawn(&chart, "far below the budget");
    assert!(
        column(&far, 0) > 200,
        "a budget that is far away does not press the bars to the ground"
    );
}

#[test]
fn what_has_no_cost_is_said_and_drawn_all_the_same() {
    let picture = drawn(&Chart { budget: None, ..chart(0) }, "nothing");
    assert_eq!(count(&picture, BLUE, ALL), 0);
    assert!(
        count(&picture, [0x61, 0x66, 0x6e], [500, 400, 800, 460]) > 300,
        "it is said in the middle"
    );
}

#[test]
fn the_dearest_are_shown_and_the_others_together() {
    let names = |n: usize| chart(n).shown().iter().map(|one| one.name.clone()).collect::<Vec<_>>();
    let (eight, nine) = (names(8), names(9));
    assert!(eight.len() == 8 && !eight.contains(&"others".to_owned()), "{eight:?}");
    assert!(nine.len() == 8 && nine[7] == "others", "{nine:?}");
    let whole = chart(12);
    let sums: Vec<Decimal> = whole.shown().iter().map(Series::sum).collect();
    let (all, exact): (Decimal, Decimal) =
        (sums.iter().sum(), whole.series.iter().map(Series::sum).sum());
    assert_eq!(all.round_dp(20), exact.round_dp(20));
    assert!(sums[..7].windows(2).all(|two| two[0] >= two[1]), "{sums:?}");
}

#[test]
fn axes_end_at_round_amounts() {
    for (most, currency, labels) in [
        ("0", "USD", &["$0.00", "$0.20", "$0.40", "$0.60", "$0.80", "$1.00"][..]),
        ("0.003", "USD", &["$0.00", "$0.0005", "$0.001", "$0.0015", "$0.002", "$0.0025", "$0.003"]),
        ("0.9", "USD", &["$0.00", "$0.20", "$0.40", "$0.60", "$0.80", "$1.00"]),
        ("5", "USD", &["$0", "$1", "$2", "$3", "$4", "$5"]),
        ("12345", "USD", &["$0", "$5,000", "$10,000", "$15,000"]),
        ("17", "EUR", &["EUR 0", "EUR 5", "EUR 10", "EUR 15", "EUR 20"]),
    ] {
        assert_eq!(scale::Scale::upto(decimal(most), currency).labels, labels, "{most}");
    }
}
