//! The recipes, partials and sample pictures that are compiled in.

use std::sync::Arc;

use crate::error::Result;
use crate::recipe::Partials;
use crate::source::Source;

/// The built-in recipes, in the order `list` shows them.
pub const NAMES: [&str; 4] = [
    "background-swap",
    "element-replace",
    "seasonal-variation",
    "outpaint-9x16",
];

pub(super) fn recipe(name: &str) -> Option<&'static str> {
    Some(match name {
        "background-swap" => include_str!("../../recipes/background-swap.toml"),
        "element-replace" => include_str!("../../recipes/element-replace.toml"),
        "seasonal-variation" => include_str!("../../recipes/seasonal-variation.toml"),
        "outpaint-9x16" => include_str!("../../recipes/outpaint-9x16.toml"),
        _ => return None,
    })
}

/// Sample pictures and masks by file name, for `demo`.
pub fn sample(name: &str) -> Option<&'static [u8]> {
    Some(match name {
        "jar.jpg" => include_bytes!("../../recipes/samples/jar.jpg"),
        "jar-mask.png" => include_bytes!("../../recipes/samples/jar-mask.png"),
        "cup.jpg" => include_bytes!("../../recipes/samples/cup.jpg"),
        "cup-mask.png" => include_bytes!("../../recipes/samples/cup-mask.png"),
        "hero.jpg" => include_bytes!("../../recipes/samples/hero.jpg"),
        "square.jpg" => include_bytes!("../../recipes/samples/square.jpg"),
        _ => return None,
    })
}

#[derive(Debug)]
pub(super) struct BuiltInPartials;

impl Partials for BuiltInPartials {
    fn partial(&self, name: &str) -> Result<Option<Arc<Source>>> {
        let text = match name {
            "one-light.txt" => include_str!("../../recipes/partials/one-light.txt"),
            _ => return Ok(None),
        };
        Ok(Some(Source::new(
            format!("partials/{name} (built-in)"),
            text,
        )))
    }
}
