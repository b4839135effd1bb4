//! Options of providers: what `[provider.NAME]` may say, checked against what the provider declares.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::{ProviderEntry, ProviderTable, WrittenValue};
use super::prompt::Wording;
use crate::error::{Error, ErrorKind, Result};
use crate::picture::Color;
use crate::suggest;

/// One option a provider declares.
#[derive(Debug, Clone, Copy)]
pub struct OptionSpec {
    /// Its key.
    pub name: &'static str,
    /// What it takes.
    pub kind: OptionKind,
    /// What it means.
    pub help: &'static str,
}

/// What an option takes.
#[derive(Debug, Clone, Copy)]
pub enum OptionKind {
    /// Any words.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
    /// A number in this range.
    Number(f64, f64),
    /// A colour.
    Color,
    /// A list of colours.
    Colors,
}

impl fmt::Display for OptionKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("a text"),
            Self::Word(words) => f.write_str(&suggest::one_of(words.iter().copied())),
            Self::Number(min, max) => write!(f, "a number from {min} to {max}"),
            Self::Color => f.write_str("a colour such as `#3f6f5f`"),
            Self::Colors => f.write_str("a list of colours such as `[\"#3f6f5f\"]`"),
        }
    }
}

/// Options with their final values, checked.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Options(BTreeMap<String, Value>);

impl Options {
    /// The words of an option.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// The number of an option.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.0.get(name).and_then(Value::as_f64)
    }

    /// The colour of an option.
    pub fn color(&self, name: &str) -> Option<Color> {
        self.text(name).and_then(|text| text.parse().ok())
    }

    /// The colours of an option; empty when it is not set.
    pub fn colors(&self, name: &str) -> Vec<Color> {
        let list = self.0.get(name).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(|item| item.as_str()?.parse().ok())
            .collect()
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All options by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }
}

/// Renders and checks a provider's table.
///
/// # Errors
/// Kind `Recipe` for an unknown option or a value of the wrong type, at its place in the file.
pub fn resolve(table: &ProviderTable, specs: &[OptionSpec], wording: &Wording) -> Result<Options> {
    let mut options = BTreeMap::new();
    for entry in &table.entries {
        let spec = specs
            .iter()
            .find(|spec| spec.name == entry.key)
            .ok_or_else(|| {
                let message = format!(
                    "the provider `{}` has no option `{}`",
                    table.name, entry.key
                );
                Error::new(ErrorKind::Recipe, message)
                    .at(entry.key_place.clone())
                    .hint(suggest::hint(
                        &entry.key,
                        specs.iter().map(|spec| spec.name),
                    ))
            })?;
        let value = evaluate(&entry.value, wording)?;
        // An empty text is how a parameter without a value says "not set".
        if value.as_str() == Some("") {
            continue;
        }
        if !fits(spec.kind, &value) {
            return Err(wrong(entry, spec, &value));
        }
        options.insert(entry.key.clone(), value);
    }
    Ok(Options(options))
}

/// A value with its templates rendered.
///
/// # Errors
/// Kind `Prompt`, at the place in the file.
pub(super) fn evaluate(value: &WrittenValue, wording: &Wording) -> Result<Value> {
    match value {
        WrittenValue::Template(template) => wording.evaluate(template),
        WrittenValue::Plain(value) => Ok(value.clone()),
        WrittenValue::List(items) => items
            .iter()
            .map(|item| evaluate(item, wording))
            .collect::<Result<_>>()
            .map(Value::Array),
    }
}

fn fits(kind: OptionKind, value: &Value) -> bool {
    let is_color = |value: &Value| {
        value
            .as_str()
            .is_some_and(|text| text.parse::<Color>().is_ok())
    };
    match kind {
        OptionKind::Text => value.is_string(),
        OptionKind::Word(words) => value.as_str().is_some_and(|text| words.contains(&text)),
        OptionKind::Number(min, max) => value
            .as_f64()
            .is_some_and(|number| (min..=max).contains(&number)),
        OptionKind::Color => is_color(value),
        OptionKind::Colors => value
            .as_array()
            .is_some_and(|list| list.iter().all(is_color)),
    }
}

fn wrong(entry: &ProviderEntry, spec: &OptionSpec, value: &Value) -> Error {
    let found = match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let message = format!("`{}` is `{found}`, expected {}", spec.name, spec.kind);
    let error = Error::new(ErrorKind::Recipe, message).at(entry.place.clone());
    match spec.kind {
        OptionKind::Word(words) => error.maybe_hint(
            suggest::closest(&found, words.iter().copied())
                .map(|word| format!("did you mean `{word}`?")),
        ),
        _ => error,
    }
}
