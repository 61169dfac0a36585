//! Prices: books of dated rates, and what the resources of a plan cost by them.

pub mod accrual;
mod book;
pub mod budget;
mod builtin;
pub mod chart;
mod check;
mod exact;
pub mod focus;
mod plan;
mod pricing;
mod pulumi;
mod stale;
mod terms;
mod terraform;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

pub use book::{Book, BookError};
pub use plan::{NotAPlan, PlannedValues, Wanted};
pub use stale::Stale;
pub use terms::{Terms, UnknownUsage, WrongTerm};

use crate::domain::cost::{Estimate, NO_BOOK, PricedResource, Pricing};

/// The region of a book whose provider has the same prices everywhere.
const GLOBAL: &str = "global";

/// All price books of an installation.
#[derive(Debug, Clone, Default)]
pub struct Books {
    books: Vec<Book>,
}

impl Books {
    /// The books that come with the program.
    pub fn builtin() -> Result<Books, Vec<BookError>> {
        read(builtin::files())
    }

    /// Every `*.toml` in a folder.
    ///
    /// # Errors
    /// All that is wrong with any of them, with file and key.
    pub fn load(folder: &Path) -> Result<Books, Vec<BookError>> {
        read(builtin::files_in(folder)?)
    }

    /// The book for this provider's region.
    fn book(&self, provider: &str, region: &str) -> Option<&Book> {
        self.books.iter().find(|book| book.provider == provider && book.region == region)
    }

    /// The books, for whoever lists them.
    pub fn all(&self) -> &[Book] {
        &self.books
    }

    /// Which of these names of usage no book knows: nothing would be priced by them.
    pub fn unknown_usage<'a>(
        &self,
        names: impl IntoIterator<Item = &'a String>,
    ) -> Vec<UnknownUsage> {
        let known: BTreeSet<String> = self.books.iter().flat_map(Book::usages).collect();
        let strange = names.into_iter().filter(|name| !known.contains(*name));
        strange.map(|name| UnknownUsage { name: name.clone(), known: known.clone() }).collect()
    }

    /// The types of resource that something is taken off.
    fn kinds(&self) -> BTreeSet<String> {
        let components = self.books.iter().flat_map(|book| &book.components);
        components.map(|component| component.resource.clone()).collect()
    }

    /// Prices everything that there will be once the plan is applied.
    pub fn estimate(&self, plan: &PlannedValues, terms: &Terms) -> Estimate {
        let resources: Vec<PricedResource> =
            plan.resources.iter().map(|wanted| self.price(wanted, terms)).collect();
        let used = plan.resources.iter().filter_map(|wanted| self.of(wanted).ok());
        let oldest = used.min_by_key(|book| book.as_of.clone());
        Estimate {
            currency: oldest.map(|book| book.currency.clone()).unwrap_or_default(),
            resources,
            as_of: oldest.map(|book| book.as_of.clone()),
        }
    }

    /// The book of a resource, or why there is none.
    fn of(&self, wanted: &Wanted) -> Result<&Book, String> {
        if let Some(book) = self.book(&wanted.provider, GLOBAL) {
            return Ok(book);
        }
        let Some(region) = &wanted.region else {
            let known = self.books.iter().find(|book| book.provider == wanted.provider);
            return match known {
                Some(_) => Err("its region is not known before the apply".to_owned()),
                None => Err(format!("{NO_BOOK}{}", wanted.provider)),
            };
        };
        self.book(&wanted.provider, region)
            .ok_or_else(|| format!("{NO_BOOK}{} {region}", wanted.provider))
    }

    fn price(&self, wanted: &Wanted, terms: &Terms) -> PricedResource {
        let pricing = match self.of(wanted) {
            Ok(book) => pricing::price(book, wanted, terms),
            Err(_) if plan::is_never_charged(&wanted.kind) => Pricing::Free,
            Err(why) => Pricing::Unknown { why },
        };
        let rated_as = self.of(wanted).map_or(wanted.kind.as_str(), |book| book.kind(&wanted.kind));
        PricedResource {
            address: wanted.address.clone(),
            rated_as: rated_as.to_owned(),
            kind: wanted.kind.clone(),
            provider: wanted.provider.clone(),
            region: wanted.region.clone(),
            pricing,
        }
    }
}

fn read(files: Vec<(String, String)>) -> Result<Books, Vec<BookError>> {
    let mut books = Books::default();
    let mut errors = Vec::new();
    for (name, text) in files {
        match Book::parse(&name, &text) {
            Ok(book) => match books.book(&book.provider, &book.region) {
                Some(other) => errors.push(BookError::new(
                    &name,
                    "region",
                    format!("{} has {} {} already", other.file, book.provider, book.region),
                )),
                None => books.books.push(book),
            },
            Err(problems) => errors.extend(problems),
        }
    }
    let currencies: std::collections::BTreeSet<&str> =
        books.books.iter().map(|book| book.currency.as_str()).collect();
    if currencies.len() > 1 {
        let all = currencies.into_iter().collect::<Vec<_>>().join(", ");
        errors.push(BookError::new("all books", "currency", format!("one sum cannot have {all}")));
    }
    if errors.is_empty() { Ok(books) } else { Err(errors) }
}
