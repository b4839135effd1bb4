//! `[verify]`: what a result must hold.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::model::WrittenValue;
use super::options::evaluate;
use super::prompt::{Template, Wording};
use crate::error::{Error, ErrorKind, Result};
use crate::picture::{Color, Shape};
use crate::source::Place;

/// Mean drift above which a person should look, OKLab distance × 100.
pub(super) const MAX_DRIFT: f64 = 12.0;
/// Paid replies in all.
pub(super) const ATTEMPTS: u8 = 2;
/// How much more a seam may show than in the reply itself, OKLab distance × 100: about the least
/// that one sees of an edge.
pub(super) const MAX_SEAM: f64 = 2.0;
/// Share of the edit area that shows the palette: the larger half.
pub(super) const MIN_PALETTE: f64 = 0.5;
/// Structure of a logo that survives: below, letters are redrawn.
pub(super) const MIN_LOGO: f64 = 0.8;

/// `[verify]` as it is meant, its templates not yet rendered.
#[derive(Debug, Clone)]
pub struct VerifyRule {
    /// Mean drift above which a person should look, OKLab distance × 100.
    pub max_drift: f64,
    /// Paid replies in all, 1 to 4.
    pub attempts: u8,
    /// How much more the seam may show than in the reply itself, OKLab distance × 100.
    pub max_seam: f64,
    /// Colours the edit area should show.
    pub palette: Option<(WrittenValue, Place)>,
    /// Share of the edit area that should show them, 0 to 1.
    pub min_palette: f64,
    /// A shape around a logo that must survive.
    pub logo: Option<Template>,
    /// The least of its structure that must be left, 0 to 1.
    pub min_logo: f64,
}

/// What a result must hold, with nothing left open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Checks {
    /// Mean drift above which a person should look, OKLab distance × 100.
    pub max_drift: f64,
    /// Paid replies in all, 1 to 4.
    pub attempts: u8,
    /// How much more the seam may show than in the reply itself, OKLab distance × 100.
    pub max_seam: f64,
    /// Colours the edit area should show, `#rrggbb`; empty for no check.
    pub palette: Vec<String>,
    /// Share of the edit area that should show them, 0 to 1.
    pub min_palette: f64,
    /// A shape around a logo that must survive.
    pub logo: Option<String>,
    /// The least of its structure that must be left, 0 to 1.
    pub min_logo: f64,
}

impl Checks {
    /// What holds without a recipe.
    pub fn standard() -> Self {
        Self {
            max_drift: MAX_DRIFT,
            attempts: ATTEMPTS,
            max_seam: MAX_SEAM,
            palette: Vec::new(),
            min_palette: MIN_PALETTE,
            logo: None,
            min_logo: MIN_LOGO,
        }
    }

    /// The palette's colours.
    pub fn colors(&self) -> Vec<Color> {
        self.palette
            .iter()
            .filter_map(|color| color.parse().ok())
            .collect()
    }
}

impl VerifyRule {
    /// Renders what is templated.
    ///
    /// # Errors
    /// Kinds `Prompt` and `Recipe`, at the place in the file.
    pub fn resolve(&self, wording: &Wording) -> Result<Checks> {
        let palette = match &self.palette {
            Some((written, place)) => colors(&evaluate(written, wording)?, place)?,
            None => Vec::new(),
        };
        let logo = match &self.logo {
            Some(template) => {
                let words = wording.render(template)?;
                words
                    .parse::<Shape>()
                    .map_err(|fault| fault.of_kind(ErrorKind::Recipe).at(template.place()))?;
                Some(words)
            }
            None => None,
        };
        Ok(Checks {
            max_drift: self.max_drift,
            attempts: self.attempts,
            max_seam: self.max_seam,
            palette,
            min_palette: self.min_palette,
            logo,
            min_logo: self.min_logo,
        })
    }
}

fn colors(value: &Value, place: &Place) -> Result<Vec<String>> {
    let wrong = |found: &Value| {
        let message = format!("`palette` is `{found}`, expected a list of colours");
        Error::new(ErrorKind::Recipe, message)
            .at(place.clone())
            .hint("write `[\"#2f6f64\", \"#f2ede3\"]`, or `\"{{ brand.palette }}\"`")
    };
    let list = value.as_array().ok_or_else(|| wrong(value))?;
    list.iter()
        .map(|item| {
            let text = item.as_str().ok_or_else(|| wrong(item))?;
            let color: Color = text
                .parse()
                .map_err(|fault: Error| fault.of_kind(ErrorKind::Recipe).at(place.clone()))?;
            Ok(color.to_string())
        })
        .collect()
}
