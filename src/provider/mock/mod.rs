//! The provider `mock`: a model that misbehaves in known ways, free and without a network.
//!
//! Hosted models repaint the whole picture, move the frame and shift the colours. The mock does so
//! by exact amounts, so that tests of recipes, routing and of the promise itself need no money. Its
//! model name is a chain of effects: `repaint+shift=6,-3+tint=1.05,1,0.95`. A part `sizes=NAME` is
//! no effect: it lets the mock take only the sizes that a real model takes.

mod pixels;

use super::{Ask, BoxFuture, Capabilities, EditRequest, Provider, Reply, Watch, noise};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::picture::{Picture, SizeRules};
use crate::recipe::sizes::{self, Named};
use crate::recipe::{Kind, Need, Tier};
use crate::suggest;
use pixels::{crop, paint, per_sample, repaint, warp};

/// A model that misbehaves in known ways.
#[derive(Debug)]
pub struct Mock {
    capabilities: Capabilities,
}

/// One thing the mock does to the picture it was sent.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Effect {
    Identity,
    Paint,
    Repaint,
    Shift(f32, f32),
    Scale(f32),
    Rotation(f32),
    Tint(f32, f32, f32),
    Noise(f32),
    Crop(f32),
    Blank,
    Refuse,
    Fault,
    Garbage,
}

/// Every effect: its word, its numbers when none are given, and what it does.
const EFFECTS: &[(&str, &[f32], &str)] = &[
    ("identity", &[], "the picture comes back as it was sent"),
    ("paint", &[], "the masked part gets a new texture"),
    (
        "repaint",
        &[],
        "every pixel is redrawn, inside the mask and outside",
    ),
    (
        "shift",
        &[6.0, -4.0],
        "the content moves right and down by so many pixels",
    ),
    (
        "scale",
        &[1.02],
        "the content grows by this factor around the middle",
    ),
    (
        "rotation",
        &[0.6],
        "the content turns clockwise by so many degrees",
    ),
    (
        "tint",
        &[1.05, 1.0, 0.95],
        "red, green and blue are multiplied",
    ),
    (
        "noise",
        &[4.0],
        "grain of this standard deviation, in 8-bit levels",
    ),
    ("crop", &[0.03], "this share is cut off every side"),
    ("blank", &[], "one flat colour comes back"),
    ("refuse", &[], "the edit is declined"),
    ("fault", &[], "the service fails"),
    ("garbage", &[], "bytes come back that are no picture"),
];

impl Mock {
    /// The mock provider.
    pub fn new() -> Self {
        let capabilities = Capabilities {
            name: "mock",
            title: "misbehaves in known ways, for tests",
            kinds: &[Kind::Inpaint, Kind::Variation, Kind::Outpaint],
            needs: &[Need::Mask, Need::Seed],
            tier: Tier::Draft,
            exact_geometry: false,
            repeatable: false,
            by_name_only: true,
            options: &[],
        };
        Self { capabilities }
    }
}

impl Default for Mock {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Mock {
    fn capabilities(&self) -> &Capabilities {
        &self.capabilities
    }

    fn consider(&self, ask: &Ask<'_>) -> Result<String, String> {
        let chain = Chain::read(ask.model.unwrap_or(DEFAULT))?;
        let words: Vec<&str> = chain.effects.iter().map(|(word, _)| *word).collect();
        let sizes = chain
            .sizes
            .map(|sizes| format!(" and takes the sizes of {}", sizes.name));
        Ok(format!(
            "simulates {}{}",
            words.join(", then "),
            sizes.unwrap_or_default()
        ))
    }

    fn sizes(&self, model: Option<&str>) -> SizeRules {
        // A chain that cannot be read is refused by `consider`.
        let chain = Chain::read(model.unwrap_or(DEFAULT)).ok();
        chain
            .and_then(|chain| chain.sizes)
            .map_or(SizeRules::Any, |sizes| sizes.rules.clone())
    }

    fn edit<'a>(
        &'a self,
        request: &'a EditRequest,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<Reply>> {
        watch.stage("simulating a reply");
        Box::pin(async move {
            let chain = Chain::read(request.model.as_deref().unwrap_or(DEFAULT))
                .map_err(|why| Error::new(ErrorKind::NoRoute, why))?;
            let mut picture = (*request.picture).clone();
            for (_, effect) in chain.effects {
                picture = apply(effect, picture, request)?;
            }
            Ok(Reply {
                picture,
                bytes: None,
                cost: Money::ZERO,
                notes: Vec::new(),
            })
        })
    }
}

/// The effect when no model names one.
const DEFAULT: &str = "paint";

/// The part of a chain that is a rule, not an effect.
const SIZES: &str = "sizes";

/// A model's name, read.
#[derive(Debug)]
struct Chain {
    effects: Vec<(&'static str, Effect)>,
    sizes: Option<&'static Named>,
}

impl Chain {
    fn read(model: &str) -> Result<Self, String> {
        let (mut effects, mut rules) = (Vec::new(), None);
        for part in model.split('+').map(str::trim) {
            let (word, name) = part.split_once('=').unwrap_or((part, ""));
            if word != SIZES {
                effects.push(parse_effect(part)?);
            } else if rules.replace(sizes::find(name.trim())?).is_some() {
                return Err(format!("`{SIZES}` is named twice in `{model}`"));
            }
        }
        if effects.is_empty() {
            effects.push(parse_effect(DEFAULT)?);
        }
        Ok(Self {
            effects,
            sizes: rules,
        })
    }
}

fn parse_effect(text: &str) -> Result<(&'static str, Effect), String> {
    let (word, numbers) = match text.split_once('=') {
        Some((word, numbers)) => (word, Some(numbers)),
        None => (text, None),
    };
    let Some((word, defaults, _)) = EFFECTS.iter().find(|(known, ..)| *known == word) else {
        let words = EFFECTS.iter().map(|(known, ..)| *known);
        let hint = suggest::hint(word, words.chain([SIZES]));
        return Err(format!("the mock has no model `{word}`: {hint}"));
    };
    let given: Vec<f32> = match numbers {
        None => defaults.to_vec(),
        Some(text) => text
            .split(',')
            .map(|number| {
                number
                    .trim()
                    .parse::<f32>()
                    .map_err(|_| format!("`{number}` is not a number"))
            })
            .collect::<Result<_, _>>()?,
    };
    if given.len() != defaults.len() || given.iter().any(|number| !number.is_finite()) {
        return Err(format!(
            "`{word}` takes {} numbers, found `{text}`",
            defaults.len()
        ));
    }
    let effect = match (*word, given.as_slice()) {
        ("identity", _) => Effect::Identity,
        ("paint", _) => Effect::Paint,
        ("repaint", _) => Effect::Repaint,
        ("shift", [x, y]) => Effect::Shift(*x, *y),
        ("scale", [by]) if *by > 0.1 => Effect::Scale(*by),
        ("rotation", [degrees]) => Effect::Rotation(*degrees),
        ("tint", [r, g, b]) => Effect::Tint(*r, *g, *b),
        ("noise", [sigma]) => Effect::Noise(*sigma),
        ("crop", [share]) if (0.0..0.4).contains(share) => Effect::Crop(*share),
        ("blank", _) => Effect::Blank,
        ("refuse", _) => Effect::Refuse,
        ("fault", _) => Effect::Fault,
        ("garbage", _) => Effect::Garbage,
        _ => return Err(format!("`{text}` is out of range")),
    };
    Ok((word, effect))
}

fn apply(effect: Effect, picture: Picture, request: &EditRequest) -> Result<Picture> {
    let seed = request.seed;
    Ok(match effect {
        Effect::Identity => picture,
        Effect::Paint => paint(picture, request.mask.as_deref(), seed),
        Effect::Repaint => repaint(picture, seed),
        Effect::Shift(x, y) => warp(&picture, |u, v| (u - x, v - y)),
        Effect::Scale(by) => warp(&picture, |u, v| (u / by, v / by)),
        Effect::Rotation(degrees) => {
            let (sin, cos) = degrees.to_radians().sin_cos();
            warp(&picture, |u, v| (u * cos + v * sin, v * cos - u * sin))
        }
        Effect::Tint(r, g, b) => {
            per_sample(picture, |_, channel, value| value * [r, g, b][channel])
        }
        Effect::Noise(sigma) => per_sample(picture, |at, channel, value| {
            let grain: f32 = (0..4)
                .map(|n| noise::hash(at as i32, channel as i32 * 4 + n, seed))
                .sum();
            // Four uniform numbers have a standard deviation of 1/√3 about their sum.
            value + (grain - 2.0) * 1.732 * sigma
        }),
        Effect::Crop(share) => crop(&picture, share),
        Effect::Blank => {
            let pixel = vec![200; picture.layout().channels()];
            Picture::filled(picture.width(), picture.height(), picture.layout(), &pixel)
        }
        Effect::Refuse => {
            return Err(Error::new(
                ErrorKind::Refused,
                "mock refused the edit: simulated moderation",
            )
            .hint("change the prompt, or use another model of the mock"));
        }
        Effect::Fault => {
            return Err(
                Error::new(ErrorKind::Temporary, "mock failed: simulated outage")
                    .hint("run it again, or use another model of the mock"),
            );
        }
        Effect::Garbage => {
            return Err(Error::new(
                ErrorKind::BadReply,
                "mock sent bytes that are no picture",
            ));
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_read_and_slips_explained() {
        assert_eq!(
            Chain::read("repaint+shift=3,-2").unwrap().effects[1].1,
            Effect::Shift(3.0, -2.0)
        );
        assert!(
            Chain::read("shfit")
                .unwrap_err()
                .contains("did you mean `shift`?")
        );
        assert!(
            Chain::read("shift=1")
                .unwrap_err()
                .contains("takes 2 numbers")
        );
        assert!(Chain::read("scale=0").is_err() && Chain::read("tint=a,b,c").is_err());
    }

    #[test]
    fn sizes_are_a_rule_beside_the_effects() {
        let mock = Mock::new();
        let rules = mock.sizes(Some("sizes=gpt-image-2+shift=1,1"));
        assert_eq!(rules, sizes::find("gpt-image-2").unwrap().rules);
        assert_eq!(mock.sizes(Some("shift=1,1")), SizeRules::Any);
        assert_eq!(mock.sizes(None), SizeRules::Any);
        let alone = Chain::read("sizes=gpt-image-1").unwrap();
        assert_eq!(alone.effects, [(DEFAULT, Effect::Paint)]);
        let why = |model| Chain::read(model).unwrap_err();
        assert_eq!(
            why("paint+sizes=gpt-image-3"),
            "unknown sizes `gpt-image-3`: did you mean `gpt-image-2`?"
        );
        assert!(why("sizes=gpt-image-1+sizes=gpt-image-2").contains("named twice"));
        assert!(why("size=gpt-image-1").contains("did you mean `sizes`?"));
    }
}
