//! Values that no person types into a form: secrets from the one-time page, and what the bot makes.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};

use crate::domain::Rng;

use super::decode::decode;
use super::{FieldError, InputKind, Manifest, RawValue};

impl Manifest {
    /// A fresh value for every generated input.
    pub fn generate(&self, rng: &mut dyn Rng) -> BTreeMap<String, SecretString> {
        let made = self.inputs.iter().filter_map(|input| match &input.kind {
            InputKind::Generated { length, alphabet } => {
                let characters = alphabet.characters();
                let pick = |_| {
                    let n = rng.below(characters.len() as u32) as usize;
                    char::from(characters[n])
                };
                let value: String = (0..*length).map(pick).collect();
                Some((input.name.clone(), SecretString::from(value)))
            }
            _ => None,
        });
        made.collect()
    }

    /// The inputs that the one-time page asks for, in the manifest's order.
    pub fn secret_inputs(&self) -> impl Iterator<Item = &super::Input> {
        self.inputs.iter().filter(|input| input.is_secret())
    }

    /// Checks what the one-time page got; the messages never repeat a value.
    pub fn parse_secrets(
        &self,
        given: BTreeMap<String, SecretString>,
    ) -> Result<BTreeMap<String, SecretString>, Vec<FieldError>> {
        let mut kept = BTreeMap::new();
        let mut errors = Vec::new();
        let mut wrong = |input: &str, message: String| {
            errors.push(FieldError { input: input.into(), message });
        };
        for name in given.keys().filter(|name| !self.secret_inputs().any(|i| i.name == **name)) {
            wrong(name, "There is no such secret.".into());
        }
        for input in self.secret_inputs() {
            let secret = given.get(&input.name);
            let text = secret.map_or_else(String::new, |s| s.expose_secret().into());
            match (decode(&input.kind, &RawValue::Text(text)), secret) {
                (Ok(Some(_)), Some(secret)) => {
                    kept.insert(input.name.clone(), secret.clone());
                }
                (Ok(_), _) if input.required => wrong(&input.name, "A value is needed.".into()),
                (Ok(_), _) => {}
                (Err(message), _) => wrong(&input.name, message),
            }
        }
        if errors.is_empty() { Ok(kept) } else { Err(errors) }
    }
}
