//! Where templates work, as far as that is known before anything is planned, and whether it has a price book.

use std::collections::{BTreeMap, BTreeSet};

use crate::cost::Books;
use crate::template::{Inputs, Manifest};

/// The variables by which AWS's provider knows its region; the first that is set counts.
const REGION: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
/// Inputs that go before them.
const ASKED: [&str; 2] = ["region", "aws_region"];

/// What the installation works with. Of AWS alone it is known: others have their regions in no variable.
#[derive(Debug, Clone, Default)]
pub struct Regions {
    /// The values of [`REGION`] that children can be given.
    pub set: BTreeMap<String, String>,
    /// The regions of AWS with a price book.
    pub priced: BTreeSet<String>,
}

impl Regions {
    /// By the price books, and by what `given` says of a variable.
    pub fn of(books: &Books, given: impl Fn(&str) -> Option<String>) -> Regions {
        let aws = books.all().iter().filter(|book| book.provider == "aws");
        let set = REGION.iter().filter_map(|name| Some(((*name).to_owned(), given(name)?)));
        Regions { set: set.collect(), priced: aws.map(|book| book.region.clone()).collect() }
    }

    /// The region without a price book in which an environment would be made: `aws eu-central-1`. `entered`: what was
    /// filled in, before that there are the defaults.
    pub(super) fn without_book(
        &self,
        manifest: &Manifest,
        entered: Option<&Inputs>,
    ) -> Option<String> {
        let passed = &manifest.credentials.environment;
        if !passed.iter().any(|name| name.starts_with("AWS_")) {
            return None;
        }
        let asked = ASKED.iter().find_map(|name| {
            let default = || manifest.input(name)?.default.as_ref();
            entered.and_then(|inputs| inputs.get(name)).or_else(default)?.as_str()
        });
        let set = REGION.iter().filter(|name| passed.iter().any(|one| one == *name));
        let region = asked
            .or_else(|| set.filter_map(|name| self.set.get(*name)).next().map(String::as_str))?;
        (!self.priced.contains(region)).then(|| format!("aws {region}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One that asks for a region, or does not, and gets these variables.
    fn manifest(folder: &str) -> Manifest {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let (template, problems) = crate::template::Template::read(&path);
        template.unwrap_or_else(|| panic!("{problems:?}")).manifest
    }

    #[test]
    fn a_region_without_a_book_is_named_where_it_is_known() {
        let books = Books::builtin().expect("they read");
        let of = |region: &str| {
            Regions::of(&books, |name| (name == "AWS_REGION").then(|| region.to_owned()))
        };
        let bucket = manifest("templates/environments/s3-bucket");
        assert_eq!(
            of("eu-central-1").without_book(&bucket, None).as_deref(),
            Some("aws eu-central-1")
        );
        assert_eq!(of("us-east-1").without_book(&bucket, None), None);
        assert_eq!(
            Regions::of(&books, |_| None).without_book(&bucket, None),
            None,
            "nobody knows where"
        );
        let local = manifest("tests/it/templates/quick");
        assert_eq!(of("eu-central-1").without_book(&local, None), None, "it works in no cloud");
        let entered: Inputs = BTreeMap::from([("region".to_owned(), "ap-south-1".into())]).into();
        let asked = of("us-east-1").without_book(&bucket, Some(&entered));
        assert_eq!(asked.as_deref(), Some("aws ap-south-1"), "what is entered goes before");
    }
}
