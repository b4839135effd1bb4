//! Reading TOML with errors in this house's grammar.
//!
//! `toml` knows where a fault is; here its sentence becomes ours, with the closest known name.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::{
    self, DeserializeOwned, Deserializer, MapAccess, Visitor, value::MapAccessDeserializer,
};

use super::file::{LengthFile, PromptFile, PromptTable};
use crate::error::{Error, ErrorKind, Result};
use crate::source::Source;
use crate::suggest;

/// Reads a text as `T`; `what` names the file in messages: `recipe`, `brand`, `project file`.
pub(crate) fn read<T: DeserializeOwned>(
    source: &Arc<Source>,
    kind: ErrorKind,
    what: &str,
) -> Result<T> {
    toml::from_str(&source.text).map_err(|fault| translate(&fault, source, kind, what))
}

fn translate(fault: &toml::de::Error, source: &Arc<Source>, kind: ErrorKind, what: &str) -> Error {
    let said = fault.message();
    let names = backticked(said);
    let (message, hint) = match names.split_first() {
        Some((name, known)) if said.starts_with("unknown field") => (
            format!("unknown key `{name}` in the {what}"),
            Some(suggest::hint(name, known.iter().copied())),
        ),
        Some((name, known)) if said.starts_with("unknown variant") => (
            format!("unknown word `{name}`"),
            Some(suggest::hint(name, known.iter().copied())),
        ),
        Some((name, _)) if said.starts_with("missing field") => {
            (format!("the key `{name}` is missing from the {what}"), None)
        }
        _ => match said
            .strip_prefix("invalid type: ")
            .and_then(|rest| rest.split_once(", expected "))
        {
            Some((found, expected)) => (
                format!("found {}, expected {expected}", quoted(found)),
                None,
            ),
            None => (
                format!("the {what} is not valid TOML: {}", lower(said)),
                None,
            ),
        },
    };
    let error = Error::new(kind, message).maybe_hint(hint);
    match fault.span() {
        Some(span) => error.at(source.place(span)),
        None => error.at(source.place(0..0)),
    }
}

/// The words between backticks, in order.
fn backticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// `string "x"` becomes "the text `x`", as people call it.
fn quoted(found: &str) -> String {
    match found.strip_prefix("string ") {
        Some(text) => format!("the text `{}`", text.trim_matches('"')),
        None => found.to_owned(),
    }
}

fn lower(text: &str) -> String {
    let text = text
        .lines()
        .next()
        .unwrap_or_default()
        .trim_end_matches('.');
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_lowercase().chain(characters).collect())
        .unwrap_or_default()
}

impl<'de> Deserialize<'de> for PromptFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = PromptFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text, or a table with `text` and `keep`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<PromptFile, E> {
                Ok(PromptFile::Text(text.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<PromptFile, A::Error> {
                PromptTable::deserialize(MapAccessDeserializer::new(map)).map(PromptFile::Table)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for LengthFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = LengthFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of pixels, or a text such as \"0.3%\"")
            }

            fn visit_i64<E: de::Error>(self, pixels: i64) -> Result<LengthFile, E> {
                Ok(LengthFile::Pixels(pixels as f64))
            }

            fn visit_f64<E: de::Error>(self, pixels: f64) -> Result<LengthFile, E> {
                Ok(LengthFile::Pixels(pixels))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<LengthFile, E> {
                Ok(LengthFile::Text(text.to_owned()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
