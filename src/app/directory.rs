//! Who is who, from the settings.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::Config;
use crate::domain::Person;
use crate::domain::ports::Directory;

/// Teams and operators as `mayfly.toml` names them.
pub struct Settings {
    teams: BTreeMap<Person, String>,
    operators: BTreeSet<Person>,
}

impl Settings {
    /// A bare user id is of the bot's own workspace; `T…:U…` names another.
    pub fn of(config: &Config, workspace: &str) -> Settings {
        let person = |id: &String| match id.split_once(':') {
            Some((workspace, user)) => Person { workspace: workspace.into(), user: user.into() },
            None => Person { workspace: workspace.into(), user: id.clone() },
        };
        let members = config.teams.iter().flat_map(|(team, members)| {
            members.iter().map(move |member| (person(member), team.clone()))
        });
        Settings {
            teams: members.collect(),
            operators: config.operators.users.iter().map(person).collect(),
        }
    }
}

impl Directory for Settings {
    fn team_of(&self, person: &Person) -> Option<String> {
        self.teams.get(person).cloned()
    }

    fn is_operator(&self, person: &Person) -> bool {
        self.operators.contains(person)
    }
}
