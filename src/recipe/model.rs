//! A recipe that has been read and checked.

use std::fmt;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::params::Param;
use super::prompt::{PartialTexts, Template};
use super::target::Named;
use super::verify::VerifyRule;
use crate::picture::shape::Length;
use crate::picture::{Anchor, FeatherInto, Focus};
use crate::source::{Place, Source};

/// A checked recipe: every reference in it resolves, every default has its type.
#[derive(Debug, Clone)]
pub struct Recipe {
    /// Lower-case words joined by hyphens.
    pub name: String,
    /// The recipe's own version, if it states one.
    pub version: Option<String>,
    /// One line for lists; the name when the file has none.
    pub title: String,
    /// What kind of edit this is.
    pub kind: Kind,
    /// Words by which people and routing find it.
    pub tags: Vec<String>,
    /// Parameters in the order of the file.
    pub params: Vec<Param>,
    /// The prompt template; a variation may have none.
    pub prompt: Option<Template>,
    /// Sentences about what must stay, added to every prompt.
    pub keep: Vec<Template>,
    /// Which part may change.
    pub mask: MaskRule,
    /// What an outpainting should become; `Some` exactly for that kind.
    pub canvas: Option<CanvasRule>,
    /// A wish about who should do it.
    pub route: RouteWish,
    /// What the result must hold.
    pub verify: VerifyRule,
    /// What is written.
    pub output: OutputRule,
    /// Options per provider, as written.
    pub providers: Vec<ProviderTable>,
    /// The partials its templates include, by name.
    pub partials: PartialTexts,
    /// The file.
    pub source: Arc<Source>,
}

/// What happens to the picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A marked part changes.
    Inpaint,
    /// All shifts; there is no mask.
    Variation,
    /// The canvas grows.
    Outpaint,
}

impl Kind {
    /// The word in recipes and records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Inpaint => "inpaint",
            Self::Variation => "variation",
            Self::Outpaint => "outpaint",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// What a mask for a recipe marks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Covers {
    /// Everything around the subject.
    Background,
    /// A thing in the picture.
    Object,
}

impl Covers {
    /// The word in recipes and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Background => "background",
            Self::Object => "object",
        }
    }
}

/// A role that a model plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    /// Local and free.
    #[default]
    Draft,
    /// For cost.
    Standard,
    /// For quality.
    Pro,
}

impl Tier {
    /// All tiers, the cheapest first.
    pub const ALL: [Self; 3] = [Self::Draft, Self::Standard, Self::Pro];

    /// The word in recipes, flags and records.
    pub fn word(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Standard => "standard",
            Self::Pro => "pro",
        }
    }
}

/// Whether a model without masks may do an inpainting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MaskNeed {
    /// It may; the lock keeps the rest.
    #[default]
    Lock,
    /// A real mask is demanded.
    Native,
}

/// Something a model must be able to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Need {
    /// Take a mask.
    Mask,
    /// Take reference pictures.
    References,
    /// Draw legible text.
    Text,
    /// Draw legible Chinese, Japanese or Korean text.
    Cjk,
    /// Answer at 4K.
    #[serde(rename = "4k")]
    FourK,
    /// Answer with transparency.
    Alpha,
    /// Give the same answer for the same seed.
    Seed,
    /// Show the picture while it is made.
    Preview,
}

impl Need {
    /// Every need there is.
    pub const ALL: &'static [Self] = &[
        Self::Mask,
        Self::References,
        Self::Text,
        Self::Cjk,
        Self::FourK,
        Self::Alpha,
        Self::Seed,
        Self::Preview,
    ];

    /// The word in recipes and messages.
    pub fn word(self) -> &'static str {
        match self {
            Self::Mask => "mask",
            Self::References => "references",
            Self::Text => "text",
            Self::Cjk => "cjk",
            Self::FourK => "4k",
            Self::Alpha => "alpha",
            Self::Seed => "seed",
            Self::Preview => "preview",
        }
    }
}

/// Which part may change, and how the edit fades into the rest.
#[derive(Debug, Clone)]
pub struct MaskRule {
    /// What a mask for this recipe marks; `None` checks nothing.
    pub covers: Option<Covers>,
    /// How to make a mask when the user gives none.
    pub from: Option<Template>,
    /// Width of the ramp; per cent of the picture's shorter side.
    pub feather: Length,
    /// How far a mask is widened before anything else.
    pub grow: Length,
    /// The side the ramp eats.
    pub feather_into: FeatherInto,
    /// How much of the picture a model is sent.
    pub focus: Focus,
}

/// What an outpainting should become.
#[derive(Debug, Clone)]
pub struct CanvasRule {
    /// A ratio, a size or a named target, possibly from a parameter.
    pub target: Template,
    /// Where the source lies in the larger canvas.
    pub anchor: Anchor,
}

/// A wish about who should do it.
#[derive(Debug, Clone)]
pub struct RouteWish {
    /// The role the recipe was written for.
    pub tier: Tier,
    /// Whether a model without masks may do it.
    pub mask: MaskNeed,
    /// What a model must be able to do.
    pub needs: Vec<Need>,
}

/// What is written.
#[derive(Debug, Clone)]
pub struct OutputRule {
    /// Named targets written beside the result.
    pub exports: Vec<&'static Named>,
    /// JPEG quality, 1 to 100.
    pub quality: u8,
}

/// `[provider.NAME]` as written.
#[derive(Debug, Clone)]
pub struct ProviderTable {
    /// The provider's name.
    pub name: String,
    /// Where the name stands.
    pub place: Place,
    /// Its options in the order of the file.
    pub entries: Vec<ProviderEntry>,
}

/// One option of a provider as written.
#[derive(Debug, Clone)]
pub struct ProviderEntry {
    /// The option's name.
    pub key: String,
    /// Where the name stands.
    pub key_place: Place,
    /// The value, or the template of it.
    pub value: WrittenValue,
    /// Where the value stands.
    pub place: Place,
}

/// A value that may still hold templates.
#[derive(Debug, Clone)]
pub enum WrittenValue {
    /// A text, which is a template.
    Template(Template),
    /// Anything else, as it is.
    Plain(serde_json::Value),
    /// A list of such values.
    List(Vec<Self>),
}
