//! Named size rules: what sizes the models people use take, as data.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::picture::{Size, SizeRules};
use crate::suggest;

/// Size rules with a name, from `sizes.toml`.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// What `mock` and the catalog call them.
    pub name: String,
    /// In one line, what they are.
    pub title: String,
    /// The rules.
    pub rules: SizeRules,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    sizes: Vec<Written>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    name: String,
    title: String,
    rules: Rules,
}

/// The rules as they are written; a list is one of pairs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "snake_case")]
enum Rules {
    Grid {
        multiple: u32,
        max_ratio: f64,
        max_edge: u32,
        min_area: u64,
        max_area: u64,
    },
    List(Vec<(u32, u32)>),
}

impl From<Rules> for SizeRules {
    fn from(rules: Rules) -> Self {
        match rules {
            Rules::Grid {
                multiple,
                max_ratio,
                max_edge,
                min_area,
                max_area,
            } => Self::Grid {
                multiple,
                max_ratio,
                max_edge,
                min_area,
                max_area,
            },
            Rules::List(pairs) => Self::List(
                pairs
                    .into_iter()
                    .map(|(width, height)| Size { width, height })
                    .collect(),
            ),
        }
    }
}

/// All named rules in the order of the file.
pub fn named() -> &'static [Named] {
    static SIZES: LazyLock<Vec<Named>> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("sizes.toml"))
            .expect("sizes.toml is compiled in and read by a test");
        let known = file.sizes.into_iter().map(|written| Named {
            name: written.name,
            title: written.title,
            rules: written.rules.into(),
        });
        known.collect()
    });
    &SIZES
}

/// The named rules.
///
/// # Errors
/// A sentence with the closest name.
pub fn find(name: &str) -> Result<&'static Named, String> {
    named()
        .iter()
        .find(|sizes| sizes.name == name)
        .ok_or_else(|| {
            let known = named().iter().map(|sizes| sizes.name.as_str());
            format!("unknown sizes `{name}`: {}", suggest::hint(name, known))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_found_by_name() {
        let allows =
            |name: &str, width, height| find(name).unwrap().rules.allows(Size { width, height });
        assert!(allows("gpt-image-2", 2160, 3840));
        assert!(!allows("gpt-image-2", 1080, 1920), "no multiple of 16");
        assert!(!allows("gpt-image-2", 576, 1024), "below the least area");
        assert!(allows("gpt-image-1", 1536, 1024));
        assert!(allows("nano-banana-2", 768, 1376));
        assert_eq!(
            find("gpt-image2").unwrap_err(),
            "unknown sizes `gpt-image2`: did you mean `gpt-image-2`?"
        );
    }

    #[test]
    fn every_name_is_there_once_and_every_list_has_sizes() {
        for (at, sizes) in named().iter().enumerate() {
            assert!(named()[..at].iter().all(|other| other.name != sizes.name));
            match &sizes.rules {
                SizeRules::Any => panic!("{} says nothing", sizes.name),
                SizeRules::Grid { max_ratio, .. } => assert!(*max_ratio >= 1.0),
                SizeRules::List(list) => assert!(list.iter().all(|size| size.pixels() > 0)),
            }
        }
    }
}
