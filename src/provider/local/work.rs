//! What the offline provider is asked to do, read from options and prompt.
//!
//! `[provider.local]` says it outright. Where it says nothing, the kind of edit, the mask and a few
//! words of the prompt decide, and `plan` prints what was understood.

use std::fmt;

use super::grade::Look;
use super::surface::{self, Surface};
use crate::picture::Color;
use crate::provider::Ask;
use crate::recipe::{Kind, OptionKind, OptionSpec};
use crate::suggest;

/// What `[provider.local]` may say.
pub(super) const OPTIONS: &[OptionSpec] = &[
    OptionSpec {
        name: "fill",
        kind: OptionKind::Word(&["backdrop", "remove", "recolor", "extend"]),
        help: "what happens to the edit area",
    },
    OptionSpec {
        name: "surface",
        kind: OptionKind::Text,
        help: "backdrop: the nearest of linen, paper, wood, stone and seamless",
    },
    OptionSpec {
        name: "light",
        kind: OptionKind::Text,
        help: "backdrop: where the light comes from; left, right or overhead",
    },
    OptionSpec {
        name: "palette",
        kind: OptionKind::Colors,
        help: "backdrop: colours for surfaces whose words name none; the first counts",
    },
    OptionSpec {
        name: "view",
        kind: OptionKind::Word(&["front", "top"]),
        help: "backdrop: how the product was photographed. Default: front",
    },
    OptionSpec {
        name: "color",
        kind: OptionKind::Color,
        help: "recolor: the colour the object gets",
    },
    OptionSpec {
        name: "grade",
        kind: OptionKind::Word(Look::WORDS),
        help: "variation: the look of a season",
    },
    OptionSpec {
        name: "strength",
        kind: OptionKind::Number(0.0, 1.0),
        help: "grade: how much of the look. Default: 0.8",
    },
];

/// One thing the offline provider can do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    Backdrop(Scene),
    Remove,
    Recolor(Color),
    Grade { look: Look, strength: f32 },
    Extend,
}

/// A studio scene.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scene {
    pub(super) surface: Surface,
    pub(super) color: Color,
    pub(super) light: Light,
    pub(super) view: View,
    /// The words for a surface that none is known for; seamless paper stands in.
    pub(super) unknown: Option<String>,
}

/// Where the light comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Light {
    Left,
    Right,
    Overhead,
}

impl Light {
    /// The light's side: −1 left, 1 right, 0 overhead.
    pub(super) fn side(self) -> f32 {
        match self {
            Self::Left => -1.0,
            Self::Right => 1.0,
            Self::Overhead => 0.0,
        }
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.to_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| text.contains(word));
        match () {
            () if has(&["left"]) => Some(Self::Left),
            () if has(&["right"]) => Some(Self::Right),
            () if has(&["overhead", "above", "top light", "noon"]) => Some(Self::Overhead),
            () => None,
        }
    }

    fn phrase(self) -> &'static str {
        match self {
            Self::Left => "light from the left",
            Self::Right => "light from the right",
            Self::Overhead => "light from above",
        }
    }
}

/// How the product was photographed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// It stands on the surface.
    Front,
    /// It lies on the surface and is seen from above.
    Top,
}

impl Work {
    /// The stage's name while it runs.
    pub(super) fn doing(&self) -> &'static str {
        match self {
            Self::Backdrop(_) => "drawing the backdrop",
            Self::Remove => "filling the gap",
            Self::Recolor(_) => "recolouring",
            Self::Grade { .. } => "grading",
            Self::Extend => "extending the scene",
        }
    }
}

impl Work {
    /// What the user should know before they look at the result.
    pub(super) fn notes(&self) -> Vec<String> {
        match self {
            Self::Backdrop(Scene {
                unknown: Some(words),
                ..
            }) => vec![format!(
                "`local` knows no surface `{words}` and draws seamless paper; it knows linen, paper, wood and stone, and many woods, stones and colours by name"
            )],
            _ => Vec::new(),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backdrop(scene) => {
                let view = match scene.view {
                    View::Front => "seen from the front",
                    View::Top => "seen from above",
                };
                write!(
                    f,
                    "draws a backdrop of {} in {}, {}, {view}; it cannot draw objects",
                    scene.surface.word(),
                    scene.color,
                    scene.light.phrase(),
                )
            }
            Self::Remove => {
                f.write_str("fills the marked part from its surroundings; it cannot draw objects")
            }
            Self::Recolor(color) => {
                write!(
                    f,
                    "recolours the marked object to {color}, keeping its shading; it cannot draw another"
                )
            }
            Self::Grade { look, strength } => {
                write!(
                    f,
                    "grades the picture to {} at {:.0} %",
                    look.word(),
                    strength * 100.0
                )
            }
            Self::Extend => f.write_str(
                "continues the scene outward from its own texture; it cannot draw objects",
            ),
        }
    }
}

/// What is meant, or why it cannot be done.
pub(super) fn understand(ask: &Ask<'_>) -> Result<Work, String> {
    let fill = ask.options.text("fill");
    match ask.kind {
        Kind::Variation => grade(ask, fill),
        Kind::Outpaint => match fill {
            None | Some("extend") => Ok(Work::Extend),
            Some(other) => Err(format!("fill = `{other}` does not go with an outpainting")),
        },
        Kind::Inpaint => match fill {
            Some("backdrop") => Ok(Work::Backdrop(scene(ask))),
            Some("remove") => Ok(Work::Remove),
            Some("recolor") => ask
                .options
                .color("color")
                .map(Work::Recolor)
                .ok_or_else(|| "fill = `recolor` needs a `color` in [provider.local]".to_owned()),
            Some(other) => Err(format!("fill = `{other}` does not go with an inpainting")),
            // Nothing said: a mask that reaches around the picture marks a background.
            None if ask.mask.is_some_and(|mask| mask.border > 0.5) => {
                Ok(Work::Backdrop(scene(ask)))
            }
            None => Ok(Work::Remove),
        },
    }
}

fn grade(ask: &Ask<'_>, fill: Option<&str>) -> Result<Work, String> {
    if let Some(fill) = fill {
        return Err(format!("fill = `{fill}` does not go with a variation"));
    }
    let look = ask
        .options
        .text("grade")
        .and_then(Look::of_word)
        .or_else(|| Look::read(ask.prompt));
    let look = look.ok_or_else(|| {
        format!(
            "it knows only the looks {}; set `grade` in [provider.local]",
            suggest::all_of(Look::WORDS.iter().copied())
        )
    })?;
    let strength = ask.options.number("strength").unwrap_or(0.8) as f32;
    Ok(Work::Grade { look, strength })
}

fn scene(ask: &Ask<'_>) -> Scene {
    let words = ask.options.text("surface").unwrap_or(ask.prompt);
    let known = Surface::read(words);
    let surface = known.unwrap_or(Surface::Seamless);
    let only_a_color = words.trim().parse::<Color>().is_ok();
    let unknown = ask
        .options
        .text("surface")
        .filter(|_| known.is_none() && !only_a_color);
    let palette = ask.options.colors("palette");
    Scene {
        surface,
        color: surface::color(surface, words, palette.first().copied()),
        light: ask
            .options
            .text("light")
            .and_then(Light::read)
            .or_else(|| Light::read(ask.prompt))
            .unwrap_or(Light::Left),
        view: if ask.options.text("view") == Some("top") {
            View::Top
        } else {
            View::Front
        },
        unknown: unknown.map(str::to_owned),
    }
}
