//! Who is who, from the settings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use crate::config::Config;
use crate::domain::Person;
use crate::domain::ports::Directory;

/// The bot's own workspace, once it is known: from Slack, or from an earlier start.
pub type Workspace = Arc<RwLock<Option<String>>>;

/// Teams and operators as `mayfly.toml` names them.
pub struct Settings {
    teams: BTreeMap<Named, String>,
    operators: BTreeSet<Named>,
    own: Workspace,
}

/// A person as the settings name one: without a workspace, of the bot's own.
type Named = (Option<String>, String);

impl Settings {
    /// A bare user id is of the bot's `own` workspace; `T…:U…` names another. While it is not known whose the
    /// bot is, nobody is one of those.
    pub fn of(config: &Config, own: Workspace) -> Settings {
        let named = |id: &String| match id.split_once(':') {
            Some((workspace, user)) => (Some(workspace.to_owned()), user.to_owned()),
            None => (None, id.clone()),
        };
        let members = config.teams.iter().flat_map(|(team, members)| {
            members.iter().map(move |member| (named(member), team.clone()))
        });
        Settings {
            teams: members.collect(),
            operators: config.operators.users.iter().map(named).collect(),
            own,
        }
    }

    /// The names by which the settings may know this person.
    fn names(&self, person: &Person) -> impl Iterator<Item = Named> {
        // It is set as a whole.
        let own = self.own.read().unwrap_or_else(PoisonError::into_inner);
        let is_own = own.as_ref() == Some(&person.workspace);
        let full = (Some(person.workspace.clone()), person.user.clone());
        [Some(full), is_own.then(|| (None, person.user.clone()))].into_iter().flatten()
    }
}

impl Directory for Settings {
    fn team_of(&self, person: &Person) -> Option<String> {
        self.names(person).find_map(|named| self.teams.get(&named).cloned())
    }

    fn is_operator(&self, person: &Person) -> bool {
        self.names(person).any(|named| self.operators.contains(&named))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_id_is_of_the_bots_own_workspace_once_that_is_known() {
        let mut config = Config::load(None, BTreeMap::new()).expect("defaults");
        config.operators.users = vec!["U1".to_owned(), "T9:U2".to_owned()];
        config.teams = [("payments".to_owned(), vec!["U1".to_owned()])].into();
        let own = Workspace::default();
        let directory = Settings::of(&config, own.clone());
        let person = |workspace: &str, user: &str| Person {
            workspace: workspace.to_owned(),
            user: user.to_owned(),
        };
        assert!(!directory.is_operator(&person("T1", "U1")), "nobody knows whose it is");
        assert!(directory.is_operator(&person("T9", "U2")));
        *own.write().expect("no panics") = Some("T1".to_owned());
        assert!(directory.is_operator(&person("T1", "U1")));
        assert_eq!(directory.team_of(&person("T1", "U1")).as_deref(), Some("payments"));
        assert!(!directory.is_operator(&person("T2", "U1")), "another workspace's U1");
        assert!(!directory.is_operator(&person("T1", "U2")));
    }
}
