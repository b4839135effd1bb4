//! The layout of recipe and brand files as they are written.
//!
//! These types read TOML and generate the JSON Schema; their doc comments are the help an editor
//! shows. Meaning is given in [`super::load`].

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

use super::model::{Covers, Kind, MaskNeed, Need, Tier};
use super::params::ParamType;
use crate::picture::{Anchor, FeatherInto, Focus};

/// An edit recipe: how to change one thing in a picture that already exists.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "scumble recipe")]
pub struct RecipeFile {
    /// The layout of this file. It is 1.
    #[schemars(with = "u32", range(min = 1, max = 1))]
    pub recipe: Spanned<u32>,
    /// The recipe's name: lower-case words joined by hyphens.
    #[schemars(with = "String", regex(pattern = "^[a-z0-9]+(-[a-z0-9]+)*$"))]
    pub name: Spanned<String>,
    /// The recipe's own version.
    pub version: Option<String>,
    /// One line for lists.
    pub title: Option<String>,
    /// What kind of edit this is.
    #[schemars(with = "Kind")]
    pub kind: Spanned<Kind>,
    /// Words by which people and routing find it.
    #[serde(default)]
    pub tags: Vec<String>,
    /// What the user may set with `-p NAME=VALUE`.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, ParamFile>")]
    pub params: BTreeMap<Spanned<String>, Spanned<ParamFile>>,
    /// What the model is told: a text, or a table with `text` and `keep`.
    #[schemars(with = "Option<PromptSchema>")]
    pub prompt: Option<Spanned<PromptFile>>,
    /// Which part may change, and how the edit fades into the rest.
    #[schemars(with = "Option<MaskFile>")]
    pub mask: Option<Spanned<MaskFile>>,
    /// What an outpainting should become.
    #[schemars(with = "Option<CanvasFile>")]
    pub canvas: Option<Spanned<CanvasFile>>,
    /// Who should do it.
    #[serde(default)]
    pub route: RouteFile,
    /// What the result must hold.
    #[serde(default)]
    pub verify: VerifyFile,
    /// What is written.
    #[serde(default)]
    pub output: OutputFile,
    /// Options of one provider, by its name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, serde_json::Value>>")]
    pub provider: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<toml::Value>>>,
}

/// One parameter.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParamFile {
    /// What values it takes.
    #[serde(rename = "type")]
    pub kind: ParamType,
    /// The value when the user gives none.
    #[schemars(with = "Option<serde_json::Value>")]
    pub default: Option<Spanned<toml::Value>>,
    /// Whether the user must give a value. Default: false.
    #[serde(default)]
    pub required: bool,
    /// What it means, for `show`.
    pub help: Option<String>,
    /// The words a `choice` takes.
    #[serde(default)]
    pub choices: Vec<String>,
    /// The smallest number allowed.
    pub min: Option<f64>,
    /// The largest number allowed.
    pub max: Option<f64>,
}

/// A prompt as it is written.
#[derive(Debug)]
pub enum PromptFile {
    /// `prompt = "…"`
    Text(String),
    /// `[prompt]`
    Table(PromptTable),
}

/// A prompt with clauses about what must not change.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromptTable {
    /// The template.
    #[schemars(with = "String")]
    pub text: Spanned<String>,
    /// Sentences about what must stay, added to every prompt.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub keep: Vec<Spanned<String>>,
}

/// How [`PromptFile`] looks in the JSON Schema; files are read by its visitor instead.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum PromptSchema {
    /// The template.
    Text(String),
    /// The template with `keep` clauses.
    Table(PromptTable),
}

/// Which part may change.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MaskFile {
    /// What a mask for this recipe marks. Default: no check.
    pub covers: Option<Covers>,
    /// How to make a mask when the user gives none: `source-alpha`, or a shape such as
    /// `rect:10%,10%,30%,40%`.
    #[schemars(with = "Option<String>")]
    pub from: Option<Spanned<String>>,
    /// How far a mask is widened before anything else: pixels of the source, or a text such as "0.5%" of
    /// its shorter side. Default: 0.
    #[schemars(with = "Option<LengthSchema>")]
    pub grow: Option<Spanned<LengthFile>>,
    /// Width of the ramp between edit and source: pixels of the source, or a text such as "0.3%" of
    /// its shorter side. Default: 2 for a background, 8 otherwise.
    #[schemars(with = "Option<LengthSchema>")]
    pub feather: Option<Spanned<LengthFile>>,
    /// The side the ramp eats. Default: edit.
    #[serde(default)]
    pub feather_into: FeatherInto,
    /// How much of the picture a model is sent: all of it, the part around the mask at full detail,
    /// or the better of the two. Default: auto.
    #[serde(default)]
    pub focus: Focus,
}

/// A length as it is written.
#[derive(Debug, Clone, PartialEq)]
pub enum LengthFile {
    /// Pixels of the source.
    Pixels(f64),
    /// A text such as `0.3%`.
    Text(String),
}

/// How [`LengthFile`] looks in the JSON Schema.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
enum LengthSchema {
    /// Pixels.
    Pixels(f64),
    /// Per cent of the shorter side.
    Text(String),
}

/// What an outpainting should become.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CanvasFile {
    /// A ratio (`9:16`), a size in pixels (`1080x1920`), or a named target (`stories`).
    #[schemars(with = "String")]
    pub target: Spanned<String>,
    /// Where the source lies in the larger canvas. Default: center.
    #[serde(default)]
    pub anchor: Anchor,
}

/// A wish about who should do it; spending stays the user's word.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RouteFile {
    /// The role the recipe was written for. Default: draft.
    #[serde(default)]
    pub tier: Tier,
    /// Whether a model without masks may do it. Default: lock.
    #[serde(default)]
    pub mask: MaskNeed,
    /// What a model must be able to do.
    #[serde(default)]
    pub needs: Vec<Need>,
    /// Parameters that only routing reads.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub reads: Vec<Spanned<String>>,
}

/// What the result must hold.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyFile {
    /// Mean drift of the raw reply above which a person should look, in OKLab distance × 100.
    /// Default: 12.
    #[schemars(with = "Option<f64>", range(min = 0, max = 100))]
    pub max_drift: Option<Spanned<f64>>,
    /// Paid replies in all, 1 to 4. Default: 2.
    #[schemars(with = "Option<u8>", range(min = 1, max = 4))]
    pub attempts: Option<Spanned<i64>>,
    /// How much more the seam may show than in the reply itself, in OKLab distance × 100.
    /// Default: 2.
    #[schemars(with = "Option<f64>", range(min = 0, max = 100))]
    pub max_seam: Option<Spanned<f64>>,
    /// Colours the edit area should show: a list such as `["#2f6f64"]`, or `"{{ brand.palette }}"`.
    /// Default: no check.
    #[schemars(with = "Option<serde_json::Value>")]
    pub palette: Option<Spanned<toml::Value>>,
    /// Share of the edit area that should show them, 0 to 1. Default: 0.5.
    #[schemars(with = "Option<f64>", range(min = 0, max = 1))]
    pub min_palette: Option<Spanned<f64>>,
    /// A shape around a logo that must survive, such as `rect:40%,30%,20%,10%`. Default: no check.
    #[schemars(with = "Option<String>")]
    pub logo: Option<Spanned<String>>,
    /// The least of the logo's structure that must be left, 0 to 1. Default: 0.8.
    #[schemars(with = "Option<f64>", range(min = 0, max = 1))]
    pub min_logo: Option<Spanned<f64>>,
}

/// What is written.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OutputFile {
    /// Named targets that are written beside the result, cropped around the middle and scaled.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub exports: Vec<Spanned<String>>,
    /// JPEG quality, 1 to 100. Default: 92.
    #[schemars(with = "Option<u8>", range(min = 1, max = 100))]
    pub quality: Option<Spanned<i64>>,
}

/// A brand: what every recipe can draw on.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "scumble brand")]
pub struct BrandFile {
    /// The layout of this file. It is 1.
    #[schemars(with = "u32", range(min = 1, max = 1))]
    pub brand: Spanned<u32>,
    /// The brand's name.
    pub name: String,
    /// Its colours, `#rrggbb`, the most important first.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub palette: Vec<Spanned<String>>,
    /// Its light, as a phrase for prompts. Default: soft daylight.
    pub lighting: Option<String>,
    /// Its mood, as a phrase for prompts. Default: calm and plain.
    pub voice: Option<String>,
    /// Words that must not appear in a prompt.
    #[serde(default)]
    pub forbidden: Vec<String>,
}

/// The project file, `scumble.toml`. An empty one marks a project.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "scumble project")]
pub struct ProjectFile {
    /// The brand file every recipe draws on, relative to this file.
    #[schemars(with = "Option<String>")]
    pub brand: Option<Spanned<String>>,
}
