//! Reading TOML with errors in this house's grammar.
//!
//! `toml` knows where a fault is; here its sentence becomes ours, with the closest known name.

use std::fmt;
use std::ops::Range;
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
    let span = fault.span().unwrap_or(0..0);
    // The name of a table is a key of the file, not of the table above it.
    let is_header = source.text[..span.start.min(source.text.len())].ends_with('[');
    let table = table_at(&source.text, span.start).filter(|_| !is_header);
    let home = table.map_or_else(|| format!("the {what}"), |table| format!("`[{table}]`"));
    let key = key_at(&source.text, span.start).unwrap_or("the value");
    let at = |message: String| Error::new(kind, message).at(source.place(span.clone()));
    match names.split_first() {
        Some((name, known)) if said.starts_with("unknown field") => {
            let error = at(format!("unknown key `{name}` in {home}"));
            if table.is_some() && ROOT_KEYS.contains(name) && !known.contains(name) {
                return error.hint(format!("`{name}` stands above the first table"));
            }
            error.hint(suggest::hint(name, known.iter().copied()))
        }
        Some((name, known)) if said.starts_with("unknown variant") => {
            let expected = suggest::one_of(known.iter().copied());
            let hint = suggest::closest(name, known.iter().copied());
            at(format!("`{key}` is `{name}`, expected {expected}"))
                .maybe_hint(hint.map(|name| format!("did you mean `{name}`?")))
        }
        Some((name, _)) if said.starts_with("missing field") => {
            missing(name, source, kind, span, what)
        }
        _ => match said
            .strip_prefix("invalid type: ")
            .or(said.strip_prefix("invalid value: "))
        {
            Some(rest) => match rest.split_once(", expected ") {
                Some((found, expected)) => at(format!(
                    "`{key}` is {}, expected {}",
                    found_word(found),
                    expected_word(expected)
                ))
                .maybe_hint(expected.starts_with("struct").then(|| {
                    "a table begins with its name in brackets, for example `[mask]`".to_owned()
                })),
                None => at(lower(rest)),
            },
            None => at(format!("the {what} is not valid TOML: {}", lower(said))).maybe_hint(
                said.contains("quoted")
                    .then(|| "a text stands in straight quotes: `\"…\"`".to_owned()),
            ),
        },
    }
}

/// Keys of a recipe that stand above its tables; below one they would belong to the table.
const ROOT_KEYS: [&str; 8] = [
    "recipe", "name", "version", "title", "kind", "tags", "prompt", "brand",
];

/// A key that should be there: in a table that is shown, or nowhere in the file.
fn missing(
    name: &str,
    source: &Arc<Source>,
    kind: ErrorKind,
    span: Range<usize>,
    what: &str,
) -> Error {
    let example = match name {
        "recipe" | "brand" => format!("`{name} = 1`"),
        "kind" => "`kind = \"inpaint\"`, `\"variation\"` or `\"outpaint\"`".to_owned(),
        "type" => "`type = \"text\"`".to_owned(),
        "target" => "`target = \"9:16\"`".to_owned(),
        _ => format!("`{name} = \"…\"`"),
    };
    // The fault of a whole file covers all of it, and carets under its first line would mislead.
    let in_table = source.text[span.start.min(source.text.len())..].starts_with('[');
    let error = if in_table && span.start > 0 {
        let header = &source.text[span.start + 1..];
        let table = header.split(']').next().unwrap_or(what);
        Error::new(
            kind,
            format!("the key `{name}` is missing from `[{table}]`"),
        )
        .at(source.place(span))
    } else {
        Error::new(
            kind,
            format!("the {what} `{}` has no key `{name}`", source.name),
        )
    };
    error.hint(format!("add {example}"))
}

/// The name in the last `[…]` line before a byte.
fn table_at(text: &str, at: usize) -> Option<&str> {
    let before = &text[..text.floor_char_boundary(at)];
    before
        .lines()
        .rev()
        .map(str::trim)
        .find(|line| line.starts_with('[') && !line.starts_with("[["))
        .and_then(|line| line[1..].split(']').next())
}

/// The key whose value begins at a byte.
fn key_at(text: &str, at: usize) -> Option<&str> {
    let before = &text[..text.floor_char_boundary(at)];
    let line = before.rsplit('\n').next()?;
    let key = line.trim_end().strip_suffix('=')?.trim();
    (!key.is_empty()).then_some(key)
}

/// The words between backticks, in order.
fn backticked(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

/// What serde found, as people call it: `string "x"` becomes "the text `x`".
fn found_word(found: &str) -> String {
    if let Some(text) = found.strip_prefix("string ") {
        return format!("the text `{}`", text.trim_matches('"'));
    }
    for prefix in ["integer ", "floating point "] {
        if let Some(number) = found.strip_prefix(prefix) {
            return format!("the number {}", number.trim_matches('`'));
        }
    }
    match found {
        "sequence" => "a list".to_owned(),
        "map" => "a table".to_owned(),
        other => other.strip_prefix("boolean ").unwrap_or(other).to_owned(),
    }
}

/// What serde expected, as people call it.
fn expected_word(expected: &str) -> String {
    match expected {
        "u8" => "a whole number from 0 to 255",
        "u32" | "u64" | "i64" => "a whole number",
        "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text",
        "a sequence" => "a list",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
    .to_owned()
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
