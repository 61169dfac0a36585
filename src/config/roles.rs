//! What this process does of the bot's work.

use super::read::Reader;
use crate::domain::Role;

/// All of it, unless the settings name some.
pub(super) fn read(r: &mut Reader) -> Vec<Role> {
    let Some(named) = r.list("roles") else { return Role::ALL.to_vec() };
    let parsed: Result<Vec<Role>, String> = named.iter().map(|name| name.parse()).collect();
    match parsed {
        Ok(roles) if !roles.is_empty() => roles,
        _ => {
            let all: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
            r.wrong(
                "roles",
                "they are not what a process can do",
                &format!("name some of {}", all.join(", ")),
            );
            Role::ALL.to_vec()
        }
    }
}
