//! What is measured on one reply and on what was made of it.

use serde::{Deserialize, Serialize};

use super::align::{Aligned, Registration, Sent, Standing};
use crate::picture::color::Lab;
use crate::picture::cover::Cover;
use crate::picture::drift::{self, Drift, Lock};
use crate::picture::seam::Seam;
use crate::picture::tone::{Tone, ToneRecord};
use crate::picture::{Mask, Picture, Weights, palette, structure};
use crate::recipe::{Checks, Kind};

/// The seam of the result, OKLab distance × 100.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SeamRecord {
    /// The mean step from just outside the feather band to just inside it.
    pub step: f64,
    /// What is allowed: a little more than the reply itself shows there, and `max_seam`.
    pub allowed: f64,
}

/// How much of the edit area shows the palette.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PaletteRecord {
    /// Share of the edit area, 0 to 1.
    pub share: f64,
    /// The least that is asked for.
    pub allowed: f64,
}

/// How much of a logo's structure survives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogoRecord {
    /// Structural similarity, 1 = all of it.
    pub structure: f64,
    /// The least that is asked for.
    pub allowed: f64,
}

/// The reply as it came.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The size that was sent.
    pub(super) asked: (u32, u32),
    pub(super) lit: Lit,
}

/// Whether a reply is a picture all over.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Lit {
    /// It is.
    Whole,
    /// It is one flat colour.
    Blank,
    /// So large a share of it, from the bottom, is one flat colour where it should not be.
    CutOff(f64),
}

/// What is left of a difference once tone is matched: a mean and a 99th percentile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grain {
    /// Mean OKLab distance × 100.
    pub mean: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// What was measured on one reply.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figures {
    /// How far the raw reply was from the source where nothing may change, once it was put back;
    /// `None` for a variation and where nothing is locked.
    pub drift: Option<Drift>,
    /// The lock on the composite in memory; `None` where nothing is locked.
    pub lock: Option<Lock>,
    /// How much changed inside the edit area.
    pub change: Option<Drift>,
    /// What the model redrew of the rest, tone aside.
    pub grain: Option<Grain>,
    /// Share of the edit area that changed by more than anything the model redrew of the rest.
    pub beyond: f64,
    /// Share of the picture in the edit area, 0 to 1.
    pub edited: f64,
    /// How the colours were matched.
    pub tone: Option<ToneRecord>,
    /// The seam of the result.
    pub seam: Option<SeamRecord>,
    /// How far the reply is from the source just outside the seam.
    pub beside: Option<f64>,
    /// The palette in the edit area.
    pub palette: Option<PaletteRecord>,
    /// The logo.
    pub logo: Option<LogoRecord>,
    pub(super) shown: Shown,
    pub(super) standing: Standing,
    pub(super) gap: f64,
    pub(super) detail: f64,
    /// Share of the edit area where the reply is transparent and the source cannot be.
    pub(super) sheer: f64,
    pub(super) shorter_side: u32,
}

impl Figures {
    /// How the reply lay, where that was found.
    pub fn registration(&self) -> Option<Registration> {
        match self.standing {
            Standing::Found(registration) => Some(registration),
            Standing::Exact
            | Standing::TooLittle
            | Standing::Plain
            | Standing::Lost(_)
            | Standing::Free => None,
        }
    }

    /// Whether the reply changed what lies just outside the mask much more than the rest.
    pub(super) fn is_tight(&self) -> bool {
        let rest = self.drift.map_or(0.0, |drift| drift.mean);
        self.beside.is_some_and(|beside| beside > 2.0 * rest + 3.0)
    }
}

/// Looks at a reply as it came.
pub(super) fn look(reply: &Picture, sent: &Sent<'_>) -> Shown {
    let asked = sent.picture.size();
    let (width, height) = reply.size();
    Shown {
        width,
        height,
        asked,
        lit: lit(reply, sent),
    }
}

/// A sample may differ by so much within a flat colour: the noise of an encoder.
const NOISE: u8 = 2;
/// A picture that stops early lacks at least this share of its rows.
const CUT: f64 = 0.04;

fn lit(reply: &Picture, of: &Sent<'_>) -> Lit {
    let sent = of.picture;
    let height = reply.height();
    let flat = flat_rows(reply, 0);
    if flat == height {
        let is_flat_source = flat_rows(sent, 0) == sent.height();
        return if is_flat_source {
            Lit::Whole
        } else {
            Lit::Blank
        };
    }
    let share = f64::from(flat) / f64::from(height.max(1));
    let colour = reply.row(height - 1)[..reply.layout().channels()].to_vec();
    // What decoders put where data is missing; any other flat floor may be a studio's.
    let filler = |value: u8| {
        let colors = colour.len() - usize::from(reply.layout().has_alpha());
        colour[..colors]
            .iter()
            .all(|sample| sample.abs_diff(value) <= NOISE)
    };
    let is_filler = filler(128) || (reply.layout().has_alpha() && colour.last() == Some(&0));
    let same_rows = (f64::from(sent.height()) * share).round() as u32;
    let was_flat = flat_rows(sent, NOISE) >= same_rows;
    // Or whatever it is, where something had to stay.
    let weights = of.weights;
    let first = weights.values().len()
        - same_rows as usize
            * weights.width() as usize
            * usize::from(weights.height() == sent.height());
    let had_to_stay = weights.values()[first..].contains(&0);
    if share >= CUT && (is_filler || had_to_stay) && !was_flat {
        Lit::CutOff(share)
    } else {
        Lit::Whole
    }
}

/// How many rows from the bottom are all of the last pixel's colour.
fn flat_rows(picture: &Picture, more: u8) -> u32 {
    let channels = picture.layout().channels();
    if picture.pixels() == 0 {
        return 0;
    }
    let last = picture
        .pixel(picture.width() - 1, picture.height() - 1)
        .to_vec();
    let is_flat = |y: u32| {
        picture.row(y).chunks_exact(channels).all(|pixel| {
            pixel
                .iter()
                .zip(&last)
                .all(|(a, b)| a.abs_diff(*b) <= NOISE + more)
        })
    };
    // At most the height, a 32-bit number.
    (0..picture.height())
        .rev()
        .take_while(|y| is_flat(*y))
        .count() as u32
}

/// The steps of a reply on its way into the result, as far as figures are taken from them.
#[derive(Debug)]
pub(super) struct Before {
    drift: Option<Drift>,
    grain: Option<Grain>,
    own_seam: Option<f64>,
    beside: Option<f64>,
    seam: Option<Seam>,
}

impl Before {
    /// Measures an aligned reply before its colours are matched.
    pub(super) fn measure(
        reference: &Picture,
        aligned: &Aligned,
        weights: &Weights,
        tone: &Tone,
        kind: Kind,
    ) -> Self {
        let locked = weights.locked() > 0;
        // A variation is meant to change everything, so a distance from the source means nothing.
        let compared = locked && kind != Kind::Variation;
        let seam = compared.then(|| Seam::of(weights));
        let of_seam = |outside: &Picture, inside: &Picture| {
            seam.as_ref().and_then(|seam| seam.step(outside, inside))
        };
        Self {
            drift: compared
                .then(|| seen(reference, aligned, weights))
                .flatten(),
            grain: compared
                .then(|| grain(reference, &aligned.picture, weights, &aligned.cover, tone))
                .flatten(),
            own_seam: of_seam(&aligned.picture, &aligned.picture),
            beside: seam
                .as_ref()
                .and_then(|seam| seam.outside(reference, &aligned.picture)),
            seam,
        }
    }

    /// Measures the result.
    pub(super) fn figures(
        self,
        reference: &Picture,
        result: &Picture,
        weights: &Weights,
        facts: Facts<'_>,
    ) -> Figures {
        let Facts {
            kind,
            checks,
            logo,
            cover,
            shown,
            standing,
            gap,
            detail,
            sheer,
            tone,
        } = facts;
        let locked = weights.locked() > 0;
        let step = self
            .seam
            .as_ref()
            .and_then(|seam| seam.step(result, result));
        let seam = step.zip(self.own_seam).map(|(step, own)| SeamRecord {
            step: cents(step),
            allowed: cents(1.15 * own + checks.max_seam),
        });
        let palette = palette::share(result, weights, &checks.colors());
        let survived = logo.and_then(|region| structure::kept(reference, result, region));
        Figures {
            drift: self.drift,
            lock: locked.then(|| drift::check_lock(reference, result, weights)),
            // An outpainting's reference is already a plausible border: a good reply may equal it.
            change: (kind != Kind::Outpaint)
                .then(|| changed(reference, result, weights, cover))
                .flatten(),
            grain: self.grain,
            beyond: self.grain.map_or(1.0, |grain| {
                beyond(reference, result, weights, cover, grain)
            }),
            edited: weights.edited() as f64 / weights.values().len().max(1) as f64,
            tone,
            seam,
            beside: self.beside,
            palette: palette.map(|share| PaletteRecord {
                share,
                allowed: checks.min_palette,
            }),
            logo: survived.map(|structure| LogoRecord {
                structure,
                allowed: checks.min_logo,
            }),
            shown,
            standing,
            gap,
            detail,
            sheer,
            shorter_side: reference.width().min(reference.height()),
        }
    }
}

/// What figures need besides pictures.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    pub(super) kind: Kind,
    pub(super) checks: &'a Checks,
    pub(super) logo: Option<&'a Mask>,
    pub(super) cover: &'a Cover,
    pub(super) shown: Shown,
    pub(super) standing: Standing,
    pub(super) gap: f64,
    pub(super) detail: f64,
    pub(super) sheer: f64,
    pub(super) tone: Option<ToneRecord>,
}

/// Hundredths: more digits of a seam are noise.
fn cents(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// The change of what the reply shows: what continues it beyond its frame is no change of its own.
fn changed(
    reference: &Picture,
    result: &Picture,
    weights: &Weights,
    cover: &Cover,
) -> Option<Drift> {
    if cover.is_whole(reference.width()) {
        return drift::change(reference, result, weights);
    }
    drift::change(reference, result, &weights.shown(cover))
}

/// Share of the edit area where a reply is rather transparent than not.
pub(super) fn sheer(reference: &Picture, aligned: &Picture, weights: &Weights) -> f64 {
    if reference.layout().has_alpha() || !aligned.layout().has_alpha() {
        return 0.0;
    }
    let channels = aligned.layout().channels();
    let alphas = aligned
        .samples()
        .iter()
        .skip(channels - 1)
        .step_by(channels);
    let clear = alphas
        .zip(weights.values())
        .filter(|(alpha, weight)| **weight > 0 && **alpha < 128);
    clear.count() as f64 / weights.edited().max(1) as f64
}

/// The drift of what the reply shows.
fn seen(reference: &Picture, aligned: &Aligned, weights: &Weights) -> Option<Drift> {
    if aligned.cover.is_whole(reference.width()) {
        return drift::drift(reference, &aligned.picture, weights);
    }
    // What continues the reply beyond its frame is not the reply.
    drift::drift(reference, &aligned.picture, &weights.within(&aligned.cover))
}

/// The most pixels that tell the grain.
const PIXELS: usize = 60_000;

/// What is left of the difference outside the edit area once tone is matched.
fn grain(
    reference: &Picture,
    aligned: &Picture,
    weights: &Weights,
    cover: &Cover,
    tone: &Tone,
) -> Option<Grain> {
    let width = reference.width() as usize;
    let locked = weights.locked();
    let every = locked.div_ceil(PIXELS).max(1);
    let mut distances: Vec<f32> = reference
        .rgb()
        .zip(aligned.rgb())
        .zip(weights.values())
        .enumerate()
        .filter(|(_, (_, weight))| **weight == 0)
        .step_by(every)
        // A place within a picture, whose sides are 32-bit numbers.
        .map(|(at, (pair, _))| ((at % width) as u32, (at / width) as u32, pair))
        .filter(|(x, y, _)| cover.holds(*x, *y))
        .map(|(x, y, (own, other))| {
            Lab::from_srgb(own).distance(Lab::from_srgb(tone.matched(other, x, y)))
        })
        .collect();
    if distances.is_empty() {
        return None;
    }
    let mean = distances.iter().map(|d| f64::from(*d)).sum::<f64>() / distances.len() as f64;
    let rank = (distances.len() * 99 / 100).min(distances.len() - 1);
    let (_, p99, _) = distances.select_nth_unstable_by(rank, f32::total_cmp);
    Some(Grain {
        mean,
        p99: f64::from(*p99),
    })
}

/// Share of what may change that changed by more than anything the model redrew of the rest.
fn beyond(
    reference: &Picture,
    result: &Picture,
    weights: &Weights,
    cover: &Cover,
    grain: Grain,
) -> f64 {
    // Twice what all but a hundredth stay below, and what one clearly sees.
    let limit = (2.0 * grain.p99 + 2.0) as f32;
    let width = reference.width() as usize;
    let every = weights.edited().div_ceil(4 * PIXELS).max(1);
    let (mut far, mut seen) = (0_usize, 0_usize);
    let pixels = reference
        .rgb()
        .zip(result.rgb())
        .zip(weights.values())
        .enumerate();
    for (at, ((own, other), _)) in pixels
        .filter(|(_, (_, weight))| **weight > 0)
        .step_by(every)
    {
        // A place within a picture, whose sides are 32-bit numbers.
        if cover.holds((at % width) as u32, (at / width) as u32) {
            seen += 1;
            far += usize::from(Lab::from_srgb(own).distance(Lab::from_srgb(other)) > limit);
        }
    }
    far as f64 / seen.max(1) as f64
}
