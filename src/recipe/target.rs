//! Named targets: the sizes the usual places ask for, as data.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::error::{Error, ErrorKind, Result};
use crate::picture::Target;
use crate::suggest;

/// A size with a name, from `targets.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// What recipes call it.
    pub name: String,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// What it is for.
    pub title: String,
}

/// All named targets in the order of the file.
pub fn named() -> &'static [Named] {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        target: Vec<Named>,
    }

    static TARGETS: LazyLock<Vec<Named>> = LazyLock::new(|| {
        toml::from_str::<File>(include_str!("targets.toml"))
            .expect("targets.toml is compiled in and read by a test")
            .target
    });
    &TARGETS
}

/// The named target, or an error with the closest name.
pub fn find(name: &str) -> Result<&'static Named> {
    named()
        .iter()
        .find(|target| target.name == name)
        .ok_or_else(|| {
            let known = named().iter().map(|target| target.name.as_str());
            Error::new(ErrorKind::Recipe, format!("unknown target `{name}`"))
                .hint(suggest::hint(name, known))
        })
}

/// A ratio, a size in pixels, or a named target.
pub fn parse(text: &str) -> Result<Target> {
    let text = text.trim();
    if text.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return find(text).map(|named| Target::Pixels(named.width, named.height));
    }
    text.parse()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_ratios_and_sizes() {
        assert_eq!(parse("stories").unwrap(), Target::Pixels(1080, 1920));
        assert_eq!(parse(" 9:16 ").unwrap(), Target::Ratio(9, 16));
        assert_eq!(
            parse("storys").unwrap_err().hint_text(),
            Some("did you mean `stories`?")
        );
    }
}
