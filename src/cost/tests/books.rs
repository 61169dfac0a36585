//! What a book may say.

use super::*;

#[test]
fn a_book_says_all_that_is_wrong_with_it() {
    let text = r#"
        provider = "aws"
        region = "us-east-1"
        currency = "USD"
        as_of = "last week"
        source = "here"
        free = ["aws_eip"]
        [tables.t]
        unit = "hour"
        rates = { small = "-1" }
        [[component]]
        resource = "aws_eip"
        name = "address"
        rate = "0.005"
        unit = "hour"
        [[component]]
        resource = "aws_lb"
        name = "no unit"
        rate = "1"
        [[component]]
        resource = "aws_lb"
        name = "no table"
        table = "nowhere"
        key = "size"
        [[component]]
        resource = "aws_lb"
        name = "no rate"
        [[component]]
        resource = "aws_lb"
        name = "both"
        rate = "1"
        unit = "hour"
        quantity = { attribute = "a", usage = "b" }
    "#;
    let problems: Vec<String> =
        Book::parse("own.toml", text).unwrap_err().iter().map(ToString::to_string).collect();
    let expected = [
        "own.toml:5: as_of: `last week` is no date: write 2026-10-02",
        "own.toml:8: tables.t.rates.small: a rate is not negative",
        "own.toml:11: component 1 (aws_eip address): its resource is among those that are `free`",
        "own.toml:16: component 2 (aws_lb no unit): `rate` needs `unit`: \"hour\" or \"month\"",
        "own.toml:20: component 3 (aws_lb no table): there is no table `nowhere`",
        "own.toml:25: component 4 (aws_lb no rate): it needs either `rate` or `table`",
        "own.toml:28: component 5 (aws_lb both): `quantity` needs either `attribute` or `usage`",
    ];
    assert_eq!(problems, expected);
}

#[test]
fn no_two_books_are_for_one_region_and_no_sum_has_two_currencies() {
    let book = |currency: &str, region: &str| {
        format!(
            "provider = \"aws\"\nregion = \"{region}\"\ncurrency = \"{currency}\"\nas_of = \"2026-01-01\"\nsource = \"here\"\n"
        )
    };
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: String| std::fs::write(folder.path().join(name), text).unwrap();
    write("a.toml", book("USD", "us-east-1"));
    write("b.toml", book("USD", "eu-central-1"));
    write("notes.txt", "no book".into());
    assert_eq!(Books::load(folder.path()).unwrap().all().len(), 2);
    write("c.toml", book("EUR", "us-east-1"));
    write("d.toml", book("EUR", "eu-west-1"));
    let problems = Books::load(folder.path()).unwrap_err();
    let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    assert!(text.contains("has aws us-east-1 already"), "{text}");
    assert!(text.contains("one sum cannot have EUR, USD"), "{text}");
    let nowhere = Books::load(&folder.path().join("nowhere")).unwrap_err();
    assert!(nowhere[0].to_string().contains("nowhere: No such file"), "{}", nowhere[0]);
}

const RIGHT: &str = r#"
provider = "aws"
region = "us-east-1"
currency = "USD"
as_of = "2026-07-20"
source = "here"
[tables.t]
unit = "hour"
rates = { small = "0.1", large = "0.2" }
[[component]]
resource = "aws_x"
name = "x"
rate = "0.005"
unit = "hour"
absent = { size = 8 }
quantity = { attribute = "size", above = "3", per = 2 }
"#;

#[test]
fn a_float_is_not_what_was_written() {
    Book::parse("own.toml", RIGHT).unwrap();
    for (written, float, place) in [
        ("\"0.005\"", "0.005", "own.toml:13: rate: 0.005 is a float"),
        ("large = \"0.2\"", "large = 0.2", "own.toml:9: large: 0.2 is a float"),
        ("above = \"3\"", "above = 3.5", "own.toml:16: above: 3.5 is a float"),
        (
            "size = 8",
            "size = 8.5",
            "own.toml:10: component 1 (aws_x x): `absent.size` is the float 8.5",
        ),
    ] {
        assert!(RIGHT.contains(written), "{written}");
        let problems = Book::parse("own.toml", &RIGHT.replace(written, float)).unwrap_err();
        let text = problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assert!(text.starts_with(place) && text.contains("write it in quotes"), "{float}: {text}");
    }
}

#[test]
fn what_is_no_book_says_line_and_key() {
    for (written, wrong, said) in [
        ("\"0.005\"", "\"cheap\"", "own.toml:13: rate: `cheap` is no number: write \"0.0104\""),
        (
            "unit = \"hour\"\nrates",
            "unit = \"day\"\nrates",
            "own.toml:8: unit: unknown variant `day`",
        ),
        ("resource = ", "resorce = ", "own.toml:11: unknown field `resorce`"),
        (
            "USD",
            "dollars",
            "own.toml:4: currency: `dollars` is no currency: write its code, such as USD",
        ),
        ("per = 2", "per = 0", "own.toml:10: component 1 (aws_x x): `per` is"),
        ("above = \"3\"", "above = \"-3\"", "no number of `quantity` is negative"),
        ("above = \"3\"", "default = 1, assume = 2", "either `default` or `assume`"),
        ("[[component]]", "[[component]", "own.toml:10: "),
    ] {
        let text = RIGHT.replace(written, wrong);
        assert_ne!(text, RIGHT, "{written}");
        let problems = Book::parse("own.toml", &text).unwrap_err();
        assert!(problems[0].to_string().contains(said), "{wrong}: {}", problems[0]);
    }
}

#[test]
fn a_book_is_stale_after_ninety_days() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.toml"), RIGHT).unwrap();
    let books = Books::load(folder.path()).unwrap();
    let midnight = |date: &str| {
        let date: chrono::NaiveDate = date.parse().unwrap();
        crate::domain::Timestamp(date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis())
    };
    // From 20 July 90 days are 18 October.
    assert_eq!(books.stale(midnight("2026-10-18")), []);
    assert_eq!(books.stale(midnight("2026-01-01")), [], "it is from later");
    let stale = books.stale(midnight("2026-10-19"));
    assert_eq!((stale.len(), stale[0].days), (1, 91));
    let said = "own.toml: its prices are of 2026-07-20, 91 days ago: check them, and set as_of";
    assert!(stale[0].to_string().ends_with(said), "{}", stale[0]);
}

#[test]
fn terms_that_no_book_knows_are_told() {
    let books = Books::builtin().unwrap();
    let terms = |usage: &str, off: &str| Terms {
        usage: [(usage.to_owned(), decimal("1"))].into(),
        discounts: [("*".to_owned(), decimal(off))].into(),
    };
    assert!(terms("aws_s3_bucket.storage_gb", "0.1").problems(&books).is_empty());
    let told = |terms: Terms| {
        let problems = terms.problems(&books);
        problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    let problems = told(terms("aws_s3_bucket.storagegb", "1.1"));
    assert!(
        problems.contains("no price book knows the usage `aws_s3_bucket.storagegb`"),
        "{problems}"
    );
    assert!(problems.contains("aws_s3_bucket.storage_gb"), "{problems}");
    assert!(problems.contains("* = 1.1: a discount is a fraction from 0 to 1"), "{problems}");
    let discounts = |kind: &str| Terms {
        discounts: [(kind.to_owned(), decimal("0.1"))].into(),
        ..Terms::default()
    };
    assert_eq!(told(discounts("aws_instance")), "");
    let problem = told(discounts("aws_instanse"));
    let begin = "no price book has a price for `aws_instanse`; there are: aws_instance, ";
    assert!(problem.starts_with(begin), "{problem}");
}
