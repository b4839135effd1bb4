//! Parameters: what a user may set with `-p NAME=VALUE`.

use std::fmt;

use minijinja::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use crate::error::{Error, ErrorKind, Result};
use crate::picture::Color;
use crate::source::Place;
use crate::suggest;

/// What values a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ParamType {
    /// Any words.
    Text,
    /// A number.
    Number,
    /// A whole number.
    Integer,
    /// Yes or no.
    Flag,
    /// One of the words in `choices`.
    Choice,
    /// A colour, `#rrggbb`.
    Color,
    /// Colours, separated by commas.
    Colors,
}

impl ParamType {
    /// The word in recipes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Number => "number",
            Self::Integer => "integer",
            Self::Flag => "flag",
            Self::Choice => "choice",
            Self::Color => "color",
            Self::Colors => "colors",
        }
    }
}

/// A declared parameter.
#[derive(Debug, Clone)]
pub struct Param {
    /// Its name, an identifier.
    pub name: String,
    /// What values it takes.
    pub kind: ParamType,
    /// The value when the user gives none; `None` means one must be given.
    pub default: Option<ParamValue>,
    /// What it means.
    pub help: Option<String>,
    /// The words of a choice.
    pub choices: Vec<String>,
    /// The smallest number allowed.
    pub min: Option<f64>,
    /// The largest number allowed.
    pub max: Option<f64>,
    /// Where it is declared.
    pub place: Place,
}

/// A value of a parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum ParamValue {
    /// Words, also of a choice.
    Text(String),
    /// A number.
    Number(f64),
    /// A whole number.
    Integer(i64),
    /// Yes or no.
    Flag(bool),
    /// One colour.
    Color(Color),
    /// Several colours.
    Colors(Vec<Color>),
}

impl Param {
    /// Reads a value as typed on the command line.
    ///
    /// # Errors
    /// Kind `Usage` with what was found and what was expected.
    pub fn parse(&self, text: &str) -> Result<ParamValue> {
        let value = match self.kind {
            ParamType::Text | ParamType::Choice => ParamValue::Text(text.to_owned()),
            ParamType::Number => match text.trim().parse::<f64>() {
                Ok(number) if number.is_finite() => ParamValue::Number(number),
                _ => return Err(self.wrong(text, "a number")),
            },
            ParamType::Integer => match text.trim().parse() {
                Ok(number) => ParamValue::Integer(number),
                Err(_) => return Err(self.wrong(text, "a whole number")),
            },
            ParamType::Flag => match text.trim() {
                "true" | "yes" | "on" | "1" => ParamValue::Flag(true),
                "false" | "no" | "off" | "0" => ParamValue::Flag(false),
                _ => return Err(self.wrong(text, "`true` or `false`")),
            },
            ParamType::Color => ParamValue::Color(self.color(text)?),
            ParamType::Colors => {
                let parts = text
                    .split(',')
                    .map(str::trim)
                    .filter(|part| !part.is_empty());
                ParamValue::Colors(parts.map(|part| self.color(part)).collect::<Result<_>>()?)
            }
        };
        self.check(value)
    }

    /// Reads a default as written in TOML.
    pub(super) fn read_default(&self, value: &toml::Value) -> Result<ParamValue> {
        let expected = match self.kind {
            ParamType::Text | ParamType::Choice => "a text",
            ParamType::Number => "a number",
            ParamType::Integer => "a whole number",
            ParamType::Flag => "true or false",
            ParamType::Color => "a colour such as \"#3f6f5f\"",
            ParamType::Colors => "a list of colours",
        };
        let read = match (self.kind, value) {
            (ParamType::Text | ParamType::Choice, toml::Value::String(text)) => {
                ParamValue::Text(text.clone())
            }
            (ParamType::Number, toml::Value::Float(number)) => ParamValue::Number(*number),
            (ParamType::Number, toml::Value::Integer(number)) => ParamValue::Number(*number as f64),
            (ParamType::Integer, toml::Value::Integer(number)) => ParamValue::Integer(*number),
            (ParamType::Flag, toml::Value::Boolean(flag)) => ParamValue::Flag(*flag),
            (ParamType::Color, toml::Value::String(text)) => ParamValue::Color(self.color(text)?),
            (ParamType::Colors, toml::Value::Array(list)) => {
                let colors = list.iter().map(|item| match item {
                    toml::Value::String(text) => self.color(text),
                    other => Err(self.wrong(&plain(other), "a colour")),
                });
                ParamValue::Colors(colors.collect::<Result<_>>()?)
            }
            (_, other) => return Err(self.wrong(&plain(other), expected)),
        };
        self.check(read)
    }

    /// The value a parameter of this type has when nobody gives one, if the type has such a value.
    pub(super) fn empty(&self) -> Option<ParamValue> {
        match self.kind {
            ParamType::Text => Some(ParamValue::Text(String::new())),
            ParamType::Flag => Some(ParamValue::Flag(false)),
            ParamType::Colors => Some(ParamValue::Colors(Vec::new())),
            ParamType::Number | ParamType::Integer | ParamType::Choice | ParamType::Color => None,
        }
    }

    fn check(&self, value: ParamValue) -> Result<ParamValue> {
        match &value {
            ParamValue::Text(text)
                if self.kind == ParamType::Choice && !self.choices.contains(text) =>
            {
                let known = self.choices.iter().map(String::as_str);
                return Err(self
                    .error(format!(
                        "`{text}` is no choice of the parameter `{}`",
                        self.name
                    ))
                    .hint(suggest::hint(text, known)));
            }
            ParamValue::Number(number) if !number.is_finite() => {
                return Err(self.wrong(&number.to_string().to_lowercase(), "a number"));
            }
            ParamValue::Number(number) => self.bounds(*number)?,
            ParamValue::Integer(number) => self.bounds(*number as f64)?,
            _ => {}
        }
        Ok(value)
    }

    fn bounds(&self, number: f64) -> Result<()> {
        let expected = match (self.min, self.max) {
            (Some(min), Some(max)) if !(min..=max).contains(&number) => format!("{min} to {max}"),
            (Some(min), None) if number < min => format!("at least {min}"),
            (None, Some(max)) if number > max => format!("at most {max}"),
            _ => return Ok(()),
        };
        Err(self.error(format!(
            "the parameter `{}` is {number}, expected {expected}",
            self.name
        )))
    }

    fn color(&self, text: &str) -> Result<Color> {
        text.trim()
            .parse()
            .map_err(|_| self.wrong(text, "a colour").hint("write it as `#rrggbb`"))
    }

    fn wrong(&self, found: &str, expected: &str) -> Error {
        self.error(format!(
            "the parameter `{}` is `{found}`, expected {expected}",
            self.name
        ))
    }

    fn error(&self, message: String) -> Error {
        Error::new(ErrorKind::Usage, message)
    }
}

/// A TOML value without the quotes of a text: messages put their own marks around it.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl ParamValue {
    /// The value templates see. Colours are texts, so that they read well in a prompt.
    pub fn to_template(&self) -> Value {
        match self {
            Self::Text(text) => Value::from(text.as_str()),
            Self::Number(number) => Value::from(*number),
            Self::Integer(number) => Value::from(*number),
            Self::Flag(flag) => Value::from(*flag),
            Self::Color(color) => Value::from(color.to_string()),
            Self::Colors(colors) => Value::from(
                colors
                    .iter()
                    .map(|color| Value::from(color.to_string()))
                    .collect::<Vec<_>>(),
            ),
        }
    }
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Flag(flag) => write!(f, "{flag}"),
            Self::Color(color) => write!(f, "{color}"),
            Self::Colors(colors) => {
                let words: Vec<String> = colors.iter().map(ToString::to_string).collect();
                f.write_str(&words.join(", "))
            }
        }
    }
}

impl Serialize for ParamValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Text(text) => serializer.serialize_str(text),
            Self::Number(number) => serializer.serialize_f64(*number),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Color(color) => serializer.collect_str(color),
            Self::Colors(colors) => serializer.collect_seq(colors.iter().map(ToString::to_string)),
        }
    }
}
