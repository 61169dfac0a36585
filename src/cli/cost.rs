//! `mayfly cost …`.

mod export;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Subcommand;
use rust_decimal::Decimal;

use super::errors;
use crate::app::problems_of_template;
use crate::cost::{Books, PlannedValues, Terms};
use crate::domain::Span;
use crate::domain::clock::real_now;
use crate::domain::cost::{self as money, Estimate, PricedResource, Pricing};
use crate::domain::usage::Usage;
use crate::template::{self, Template};

#[derive(Debug, Subcommand)]
pub(super) enum Cost {
    /// Price a plan, resource by resource, and say what of it nobody knows.
    ///
    /// Terraform, OpenTofu: terraform show -json saved.plan | mayfly cost estimate --plan -
    ///
    /// Pulumi: pulumi preview --json --show-sames | mayfly cost estimate --plan -
    ///
    /// Each resource is priced, priced with an assumed amount, free, or unknown; unknown is never nothing. The prices are
    /// of the book's date: one that is older than 90 days is warned of.
    Estimate(EstimateArgs),
    /// Write what environments cost, for tools that read bills.
    ///
    /// A record is what the resources of one type in one environment cost in a stretch of a month; all of it is
    /// estimated, by the price books.
    Export(export::Export),
}

#[derive(Debug, clap::Args)]
pub(super) struct EstimateArgs {
    /// What `terraform show -json`, `tofu show -json` or `pulumi preview --json` prints; `-`: standard input.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// A folder of price books (*.toml), in place of those that come with the program.
    #[arg(long, value_name = "DIR")]
    prices: Option<PathBuf>,
    /// The region, where the plan does not say it.
    #[arg(long)]
    region: Option<String>,
    /// For how long: 90m, 8h, 3d.
    #[arg(long = "for", value_name = "SPAN", default_value = "24h")]
    span: Span,
    /// The folder of the template that the plan is of, for the `usage` of its manifest.
    #[arg(long, value_name = "DIR")]
    template: Option<PathBuf>,
    /// An amount that no plan knows: aws_s3_bucket.storage_gb=200 (may be given several times). It goes before the
    /// template's.
    #[arg(long, value_name = "TYPE.USAGE=NUMBER", value_parser = named)]
    usage: Vec<(String, Decimal)>,
    /// What is taken off, as a fraction: aws_instance=0.1, or *=0.1 (may be given several times).
    #[arg(long, value_name = "TYPE=FRACTION", value_parser = named)]
    discount: Vec<(String, Decimal)>,
    /// A table for people, or JSON with every digit.
    #[arg(long, value_enum, default_value = "text")]
    output: Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Output {
    Text,
    Json,
}

fn named(text: &str) -> Result<(String, Decimal), String> {
    let (name, number) = text.split_once('=').ok_or("write a name, `=` and a number")?;
    let number = number.parse().map_err(|_| format!("`{number}` is no number"))?;
    Ok((name.to_owned(), number))
}

impl Cost {
    pub(super) async fn run(self) -> ExitCode {
        match self {
            Cost::Estimate(args) => args.run(),
            Cost::Export(export) => export.run().await,
        }
    }
}

impl EstimateArgs {
    fn run(self) -> ExitCode {
        let books = match books(self.prices.as_deref()) {
            Ok(books) => books,
            Err(code) => return code,
        };
        let own = Terms {
            usage: self.usage.into_iter().collect(),
            discounts: self.discount.into_iter().collect(),
        };
        let problems = own.problems(&books);
        if !problems.is_empty() {
            return errors::fail_all(&problems);
        }
        let of_template = match self.template.as_deref().map(|folder| usage_of(folder, &books)) {
            Some(Ok(usage)) => usage,
            Some(Err(code)) => return code,
            None => Usage::new(),
        };
        let terms = Terms { usage: of_template, ..own.clone() }.with_usage(own.usage);
        let of_plan = |error: &dyn std::fmt::Display| {
            errors::fail(&format!("{}: {error}", self.plan.display()))
        };
        let plan = match read(&self.plan) {
            Ok(printed) => PlannedValues::read(&printed, self.region.as_deref()),
            Err(error) => return of_plan(&error),
        };
        let plan = match plan {
            Ok(plan) => plan,
            Err(error) => return of_plan(&error),
        };
        let estimate = books.estimate(&plan, &terms);
        // To standard error, so that what is piped on stays the estimate.
        for stale in books.stale(real_now()).iter().filter(|_| estimate.as_of.is_some()) {
            eprintln!("warning: {stale}");
        }
        match self.output {
            Output::Json => match serde_json::to_string_pretty(&estimate) {
                Ok(text) => println!("{text}"),
                Err(error) => return errors::fail(&error.to_string()),
            },
            Output::Text => print!("{}", table(&estimate, self.span)),
        }
        ExitCode::SUCCESS
    }
}

/// The books of a folder, or those that come with the program.
pub(super) fn books(folder: Option<&Path>) -> Result<Books, ExitCode> {
    let books = match folder {
        Some(folder) => Books::load(folder),
        None => Books::builtin(),
    };
    books.map_err(|problems| errors::fail_all(&problems))
}

/// What a template says of usage. What no book knows of it is told; other books may.
fn usage_of(folder: &Path, books: &Books) -> Result<Usage, ExitCode> {
    let Some(template) = Template::read(folder).0 else {
        // The same once more, with the folder's name before the file's.
        let mut problems = template::lint(folder);
        problems.retain(template::Problem::is_error);
        return Err(errors::fail_all(&problems));
    };
    for problem in problems_of_template(&template, books) {
        eprintln!("{problem}");
    }
    Ok(template.manifest.usage())
}

fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    if file.as_os_str() != "-" {
        return std::fs::read(file);
    }
    let mut all = Vec::new();
    std::io::stdin().read_to_end(&mut all)?;
    Ok(all)
}

/// A line for each resource, and the sums.
fn table(estimate: &Estimate, span: Span) -> String {
    let mut text = String::new();
    let widest =
        estimate.resources.iter().map(|one| one.address.chars().count()).max().unwrap_or(0);
    for one in &estimate.resources {
        text += &format!("{:widest$}  {}\n", one.address, line(one, &estimate.currency));
    }
    let (known, all) = estimate.priced();
    text += &match estimate.known_hourly() {
        Some(_) if estimate.currency.is_empty() => "nothing of it costs anything".to_owned(),
        Some(rate) => format!(
            "{} · about {} for {}",
            money::hourly(&estimate.currency, rate),
            money::amount(&estimate.currency, estimate.during(span)),
            span.compact()
        ),
        None => "nobody knows what it costs".to_owned(),
    };
    text += &format!(" · priced {known} of {all}");
    match estimate.assumed() {
        0 => {}
        assumed => text += &format!(", {assumed} by assumed usage"),
    }
    if let Some(as_of) = &estimate.as_of {
        text += &format!(" · prices of {as_of}");
    }
    text + "\n"
}

fn line(one: &PricedResource, currency: &str) -> String {
    match &one.pricing {
        Pricing::Free => "free".to_owned(),
        Pricing::Unknown { why } => format!("unknown: {why}"),
        Pricing::Priced { lines } => {
            let parts: Vec<String> = lines
                .iter()
                .filter(|line| line.assumed || !line.hourly.is_zero())
                .map(|line| {
                    let mark = if line.assumed { " (assumed)" } else { "" };
                    format!("{} {}{mark}", line.name, line.hourly.round_dp(6).normalize())
                })
                .collect();
            let hourly = one.hourly().unwrap_or_default().round_dp(6).normalize();
            format!("{hourly} {currency}/h  {}", parts.join(", "))
        }
    }
}
