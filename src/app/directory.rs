//! Who is who: from the settings, and from the data of policy, as it is now.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, PoisonError, RwLock};

use rust_decimal::Decimal;
use serde_json::Value;

use super::groups::{Age, Groups};
use super::usage;
use crate::config::Config;
use crate::cost::Books;
use crate::domain::Person;
use crate::domain::ports::{Directory, MonthlyBudget, TeamTerms, TeamUnknown};
use crate::policy::Policies;

/// The bot's own workspace, once it is known: from Slack, or from an earlier start.
pub type Workspace = Arc<RwLock<Option<String>>>;

/// The role of those whom the settings call operators.
const OPERATOR: &str = "operator";

/// Teams and operators as `mayfly.toml` names them, and teams and roles as `data.teams` and `data.roles` do.
pub struct Settings {
    teams: BTreeMap<Named, String>,
    operators: Vec<Named>,
    own: Workspace,
    policies: Policies,
    groups: Groups,
    books: Books,
}

/// A person as the settings name one: without a workspace, of the bot's own.
type Named = (Option<String>, String);

impl Settings {
    /// A bare user id is of the bot's `own` workspace; `T…:U…` names another. While it is not known whose the
    /// bot is, nobody is one of those.
    pub fn of(
        config: &Config,
        own: Workspace,
        (policies, groups): (Policies, Groups),
        books: Books,
    ) -> Settings {
        let members = config.teams.iter().flat_map(|(team, members)| {
            members.iter().map(move |member| (named(member), team.clone()))
        });
        Settings {
            teams: members.collect(),
            operators: config.operators.users.iter().map(|id| named(id)).collect(),
            own,
            policies,
            groups,
            books,
        }
    }

    /// The names by which the settings may know this person.
    fn names(&self, person: &Person) -> impl Iterator<Item = Named> {
        let is_own = self.own().is_some_and(|own| own == person.workspace);
        let full = (Some(person.workspace.clone()), person.user.clone());
        [Some(full), is_own.then(|| (None, person.user.clone()))].into_iter().flatten()
    }

    fn own(&self) -> Option<String> {
        // It is set as a whole.
        self.own.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn has_teams(&self) -> bool {
        let data = self.policies.data();
        !self.teams.is_empty() || data["teams"].as_object().is_some_and(|teams| !teams.is_empty())
    }

    /// The person of a name, where it is known of which workspace they are.
    fn person(&self, (workspace, user): Named) -> Option<Person> {
        Some(Person { workspace: workspace.or_else(|| self.own())?, user })
    }

    /// Those whom a list of `U…`, `user:U…` and `group:S…` names, in its order.
    fn listed(&self, list: &Value, age: Age) -> Vec<Person> {
        let names = list.as_array().map(Vec::as_slice).unwrap_or_default();
        names.iter().filter_map(Value::as_str).flat_map(|name| self.people(name, age)).collect()
    }

    /// Whom `user:U…`, a bare `U…` or `group:S…` names.
    fn people(&self, name: &str, age: Age) -> Vec<Person> {
        if let Some(group) = name.strip_prefix("group:") {
            let users = self.groups.members(group, age);
            return users.into_iter().filter_map(|user| self.person((None, user))).collect();
        }
        let user = name.strip_prefix("user:").unwrap_or(name);
        self.person(named(user)).into_iter().collect()
    }

    /// The members of a team in the data of policy.
    fn members_of_team(&self, team: &Value, age: Age) -> Vec<Person> {
        let mut members = self.listed(&team["members"], age);
        if let Some(group) = team["group"].as_str() {
            members.extend(self.people(&format!("group:{group}"), age));
        }
        members
    }
}

fn named(id: &str) -> Named {
    match id.split_once(':') {
        Some((workspace, user)) => (Some(workspace.to_owned()), user.to_owned()),
        None => (None, id.to_owned()),
    }
}

impl Directory for Settings {
    fn team_of(&self, person: &Person) -> Option<String> {
        if let Some(team) = self.names(person).find_map(|named| self.teams.get(&named).cloned()) {
            return Some(team);
        }
        let data = self.policies.data();
        let teams = data["teams"].as_object()?;
        let found =
            teams.iter().find(|(_, team)| self.members_of_team(team, Age::Any).contains(person));
        found.map(|(name, _)| name.clone())
    }

    fn team_unknown(&self, person: &Person) -> Option<TeamUnknown> {
        if self.team_of(person).is_some() {
            return None;
        }
        let Some(own) = self.own() else {
            return self.has_teams().then_some(TeamUnknown::Workspace);
        };
        // User groups are of the bot's own workspace.
        if own != person.workspace {
            return None;
        }
        let backing = groups_of_teams(&self.policies.data()).into_iter().map(|(group, _)| group);
        let unread: BTreeSet<String> =
            backing.filter(|group| !self.groups.is_read(group)).collect();
        (!unread.is_empty()).then(|| TeamUnknown::Groups(unread.into_iter().collect()))
    }

    fn is_operator(&self, person: &Person) -> bool {
        self.names(person).any(|named| self.operators.contains(&named))
    }

    fn roles_of(&self, person: &Person) -> Vec<String> {
        let mut roles: Vec<String> = Vec::new();
        if self.is_operator(person) {
            roles.push(OPERATOR.to_owned());
        }
        let data = self.policies.data();
        for (role, people) in data["roles"].as_object().into_iter().flatten() {
            if role != OPERATOR && self.listed(people, Age::Trusted).contains(person) {
                roles.push(role.clone());
            }
        }
        roles
    }

    fn groups_of(&self, person: &Person) -> Vec<String> {
        let own = self.own().is_some_and(|own| own == person.workspace);
        if own { self.groups.of(&person.user) } else { Vec::new() }
    }

    fn members(&self, selector: &str) -> Vec<Person> {
        let data = self.policies.data();
        match selector.split_once(':') {
            Some(("role", OPERATOR)) => {
                self.operators.iter().cloned().filter_map(|named| self.person(named)).collect()
            }
            Some(("role", role)) => self.listed(&data["roles"][role], Age::Trusted),
            Some(("team", team)) => {
                let settings = self.teams.iter().filter(|(_, name)| *name == team);
                let mut members: Vec<Person> =
                    settings.filter_map(|(named, _)| self.person(named.clone())).collect();
                members.extend(self.members_of_team(&data["teams"][team], Age::Trusted));
                members
            }
            _ => self.people(selector, Age::Trusted),
        }
    }

    fn team(&self, name: &str) -> TeamTerms {
        let data = self.policies.data();
        let team = &data["teams"][name];
        let text = |key: &str| team[key].as_str().map(str::to_owned);
        let budget = &team["budget"];
        let amount = budget["monthly"].as_str().and_then(|text| text.parse::<Decimal>().ok());
        TeamTerms {
            project: text("project"),
            cost_center: text("cost_center"),
            budget: amount.map(|amount| MonthlyBudget {
                amount,
                currency: budget["currency"].as_str().unwrap_or("USD").to_owned(),
            }),
            usage: usage::of_team(team),
        }
    }

    fn problems(&self) -> Vec<String> {
        let data = self.policies.data();
        let mut problems = usage::problems_of_teams(&data, &self.books);
        for (group, team) in groups_of_teams(&data) {
            if let Some(why) = self.groups.failure(&group) {
                problems.push(format!(
                    "data.teams.{team}: Slack has not said who is in the user group {group} ({why}): nobody who may be in \
                     it gets an environment. Does the app have the scope `usergroups:read`?"
                ));
            }
        }
        problems
    }
}

/// The user groups that the data of policy refers to.
pub(super) fn groups_named(data: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(data, &mut found);
    for team in data["teams"].as_object().into_iter().flat_map(|teams| teams.values()) {
        found.extend(team["group"].as_str().map(str::to_owned));
    }
    found
}

/// The user groups that back teams, each with its team.
fn groups_of_teams(data: &Value) -> Vec<(String, String)> {
    let teams = data["teams"].as_object().into_iter().flatten();
    let backing = teams.flat_map(|(name, _)| {
        let groups = groups_of_selectors(data, &[format!("team:{name}")]);
        groups.into_iter().map(|group| (group, name.clone()))
    });
    backing.collect()
}

/// The user groups by which these selectors name people.
pub(super) fn groups_of_selectors(data: &Value, selectors: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for selector in selectors {
        match selector.split_once(':') {
            Some(("role", role)) => collect(&data["roles"][role], &mut found),
            Some(("team", team)) => {
                let team = &data["teams"][team];
                collect(&team["members"], &mut found);
                found.extend(team["group"].as_str().map(str::to_owned));
            }
            Some(("group", group)) => drop(found.insert(group.to_owned())),
            _ => {}
        }
    }
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => found.extend(text.strip_prefix("group:").map(str::to_owned)),
        Value::Array(all) => all.iter().for_each(|one| collect(one, found)),
        Value::Object(all) => all.values().for_each(|one| collect(one, found)),
        _ => {}
    }
}
