//! The provider `mock`: a model that misbehaves in known ways, free and without a network.
//!
//! Hosted models repaint the whole picture, move the frame and shift the colours. The mock does so
//! by exact amounts, so that tests of recipes, routing and of the promise itself need no money. Its
//! model name is a chain of effects: `repaint+shift=6,-3+tint=1.05,1,0.95`.

use super::{Ask, BoxFuture, Capabilities, EditRequest, Provider, Reply, Watch, noise};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::picture::{Layout, Mask, Picture};
use crate::recipe::{Kind, Need, Tier};
use crate::suggest;

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
        let effects = parse(ask.model.unwrap_or("paint"))?;
        let words: Vec<&str> = effects.iter().map(|(word, _)| *word).collect();
        Ok(format!("simulates {}", words.join(", then ")))
    }

    fn edit<'a>(
        &'a self,
        request: &'a EditRequest,
        watch: &'a dyn Watch,
    ) -> BoxFuture<'a, Result<Reply>> {
        watch.stage("simulating a reply");
        Box::pin(async move {
            let effects = parse(request.model.as_deref().unwrap_or("paint"))
                .map_err(|why| Error::new(ErrorKind::NoRoute, why))?;
            let mut picture = (*request.picture).clone();
            for (_, effect) in effects {
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

fn parse(model: &str) -> Result<Vec<(&'static str, Effect)>, String> {
    model
        .split('+')
        .map(|part| parse_effect(part.trim()))
        .collect()
}

fn parse_effect(text: &str) -> Result<(&'static str, Effect), String> {
    let (word, numbers) = match text.split_once('=') {
        Some((word, numbers)) => (word, Some(numbers)),
        None => (text, None),
    };
    let Some((word, defaults, _)) = EFFECTS.iter().find(|(known, ..)| *known == word) else {
        let hint = suggest::hint(word, EFFECTS.iter().map(|(known, ..)| *known));
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

/// Stripes of two colours that depend on the seed, so that a change is certain and visible.
fn stripes(x: u32, y: u32, seed: u64) -> [f32; 3] {
    let tone = |n| 60.0 + 140.0 * noise::hash(n, 7, seed);
    let wave = ((x + 2 * y) as f32 / 23.0).sin() * 0.5 + 0.5;
    [0, 1, 2].map(|channel| tone(channel) * (1.0 - wave) + tone(channel + 3) * wave)
}

fn paint(mut picture: Picture, mask: Option<&Mask>, seed: u64) -> Picture {
    let (width, layout) = (picture.width(), picture.layout());
    let channels = layout.channels();
    for (at, pixel) in picture.samples_mut().chunks_exact_mut(channels).enumerate() {
        let (x, y) = (at as u32 % width, at as u32 / width);
        let coverage = mask.map_or(255, |mask| mask.at(x, y));
        if coverage > 0 {
            set(
                pixel,
                layout,
                stripes(x, y, seed),
                f32::from(coverage) / 255.0,
            );
        }
    }
    picture
}

fn repaint(mut picture: Picture, seed: u64) -> Picture {
    let (width, layout) = (picture.width(), picture.layout());
    for (at, pixel) in picture
        .samples_mut()
        .chunks_exact_mut(layout.channels())
        .enumerate()
    {
        let (x, y) = (at as u32 % width, at as u32 / width);
        let before = pixel.to_vec();
        set(pixel, layout, stripes(x, y, seed), 0.6);
        if layout.has_alpha() {
            pixel[layout.channels() - 1] = 255;
        }
        // An adversary leaves no pixel alone.
        if pixel == before {
            pixel[0] = pixel[0].wrapping_add(1);
        }
    }
    picture
}

fn set(pixel: &mut [u8], layout: Layout, color: [f32; 3], share: f32) {
    let colors = if layout.has_alpha() {
        pixel.len() - 1
    } else {
        pixel.len()
    };
    for channel in 0..colors {
        let value = f32::from(pixel[channel]);
        pixel[channel] = (value + (color[channel] - value) * share)
            .round()
            .clamp(0.0, 255.0) as u8;
    }
    if layout.has_alpha() && share > 0.0 {
        pixel[colors] = 255;
    }
}

fn per_sample(mut picture: Picture, change: impl Fn(usize, usize, f32) -> f32) -> Picture {
    let layout = picture.layout();
    let channels = layout.channels();
    let colors = if layout.has_alpha() {
        channels - 1
    } else {
        channels
    };
    for (at, pixel) in picture.samples_mut().chunks_exact_mut(channels).enumerate() {
        for (channel, value) in pixel[..colors].iter_mut().enumerate() {
            *value = change(at, channel, f32::from(*value))
                .round()
                .clamp(0.0, 255.0) as u8;
        }
    }
    picture
}

/// Moves the content: `back` tells, relative to the middle, where a pixel of the reply comes from.
/// Bilinear; what lies outside repeats the border.
fn warp(picture: &Picture, back: impl Fn(f32, f32) -> (f32, f32)) -> Picture {
    let (w, h) = (picture.width() as f32, picture.height() as f32);
    let channels = picture.layout().channels();
    let mut samples = Vec::with_capacity(picture.samples().len());
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            let (u, v) = back(x as f32 + 0.5 - w / 2.0, y as f32 + 0.5 - h / 2.0);
            let (u, v) = (
                (u + w / 2.0 - 0.5).clamp(0.0, w - 1.0),
                (v + h / 2.0 - 0.5).clamp(0.0, h - 1.0),
            );
            let (left, top) = (u.floor() as u32, v.floor() as u32);
            let (right, below) = (
                (left + 1).min(picture.width() - 1),
                (top + 1).min(picture.height() - 1),
            );
            let (fx, fy) = (u - left as f32, v - top as f32);
            for channel in 0..channels {
                let at = |x, y| f32::from(picture.pixel(x, y)[channel]);
                let upper = at(left, top) * (1.0 - fx) + at(right, top) * fx;
                let lower = at(left, below) * (1.0 - fx) + at(right, below) * fx;
                samples.push((upper * (1.0 - fy) + lower * fy).round() as u8);
            }
        }
    }
    Picture::new(picture.width(), picture.height(), picture.layout(), samples)
}

fn crop(picture: &Picture, share: f32) -> Picture {
    let cut = |side: u32| ((side as f32 * share).round() as u32).min((side - 1) / 2);
    let (left, top) = (cut(picture.width()), cut(picture.height()));
    let (width, height) = (picture.width() - 2 * left, picture.height() - 2 * top);
    let channels = picture.layout().channels();
    let mut samples = Vec::with_capacity(width as usize * height as usize * channels);
    for y in top..top + height {
        let row = picture.row(y);
        samples
            .extend_from_slice(&row[left as usize * channels..(left + width) as usize * channels]);
    }
    Picture::new(width, height, picture.layout(), samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chains_are_read_and_slips_explained() {
        assert_eq!(
            parse("repaint+shift=3,-2").unwrap()[1].1,
            Effect::Shift(3.0, -2.0)
        );
        assert!(
            parse("shfit")
                .unwrap_err()
                .contains("did you mean `shift`?")
        );
        assert!(parse("shift=1").unwrap_err().contains("takes 2 numbers"));
        assert!(parse("scale=0").is_err() && parse("tint=a,b,c").is_err());
    }

    #[test]
    fn shift_moves_content_right_and_down() {
        let mut picture = Picture::filled(9, 9, Layout::Grey, &[0]);
        picture.samples_mut()[4 * 9 + 4] = 255;
        let moved = warp(&picture, |u, v| (u - 2.0, v - 1.0));
        assert_eq!(moved.pixel(6, 5), [255]);
    }

    #[test]
    fn rotation_is_clockwise_on_screen() {
        let mut picture = Picture::filled(9, 9, Layout::Grey, &[0]);
        picture.samples_mut()[4] = 255;
        let (sin, cos) = 90_f32.to_radians().sin_cos();
        let turned = warp(&picture, |u, v| (u * cos + v * sin, v * cos - u * sin));
        assert_eq!(
            turned.pixel(8, 4),
            [255],
            "the top middle comes to the right middle"
        );
    }
}
