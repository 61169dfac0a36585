//! The tags that Mayfly gives to everything that it makes, where its provider has tags.

use std::collections::BTreeMap;

/// Whose it is: the id of the installation. By it an orphan is told from what others have made.
pub const INSTALLATION_TAG: &str = "mayfly:installation";
/// The environment's name.
pub const ENVIRONMENT_TAG: &str = "mayfly:environment";
const OWNER_TAG: &str = "mayfly:owner";
const TEAM_TAG: &str = "mayfly:team";
const PROJECT_TAG: &str = "mayfly:project";
const COST_CENTER_TAG: &str = "mayfly:cost-center";

/// What they say.
#[derive(Debug, Clone, Copy)]
pub struct Tagged<'a> {
    pub installation: Option<&'a str>,
    /// By its name.
    pub environment: &'a str,
    /// By the Slack id.
    pub owner: &'a str,
    pub team: Option<&'a str>,
    pub project: Option<&'a str>,
    pub cost_center: Option<&'a str>,
}

impl Tagged<'_> {
    /// By their keys; of what is not said there is none.
    pub fn tags(&self) -> BTreeMap<String, String> {
        let tags = [
            (INSTALLATION_TAG, self.installation),
            (ENVIRONMENT_TAG, Some(self.environment)),
            (OWNER_TAG, Some(self.owner)),
            (TEAM_TAG, self.team),
            (PROJECT_TAG, self.project),
            (COST_CENTER_TAG, self.cost_center),
        ];
        let said = tags.into_iter().filter_map(|(key, value)| Some((key, value?)));
        said.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_a_tag_and_nothing_else() {
        let tagged = Tagged {
            installation: Some("i-1"),
            environment: "calm-otter",
            owner: "U1",
            team: Some("payments"),
            project: None,
            cost_center: Some("CC-1"),
        };
        let tags = tagged.tags();
        let all: Vec<(&str, &str)> =
            tags.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(
            all,
            [
                ("mayfly:cost-center", "CC-1"),
                ("mayfly:environment", "calm-otter"),
                ("mayfly:installation", "i-1"),
                ("mayfly:owner", "U1"),
                ("mayfly:team", "payments"),
            ]
        );
    }
}
