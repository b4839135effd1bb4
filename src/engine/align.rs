//! A reply put back where it belongs on the canvas.

use serde::{Deserialize, Serialize};

use crate::picture::cover::Cover;
use crate::picture::motion::{Affine, Motion};
use crate::picture::register::{self, Frame, Pinned, Registered};
use crate::picture::warp;
use crate::picture::{Canvas, Mask, Picture, Placement, Region, Weights};

/// How a reply lay relative to the source, as a record tells it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Registration {
    /// How far the picture's centre lay to the right of its place, in pixels of the source.
    pub dx: f64,
    /// How far the picture's centre lay below its place, in pixels of the source.
    pub dy: f64,
    /// Above 1: the content was larger.
    pub scale: f64,
    /// Horizontal over vertical scale.
    pub stretch: f64,
    /// In degrees, above 0: clockwise on screen.
    pub rotation: f64,
    /// How far the blocks that agree are still off, in pixels of the source.
    pub residual: f64,
    /// Share of the blocks with texture that agree, 0 to 1.
    pub confidence: f64,
    /// How the reply's frame came about.
    pub frame: Frame,
    /// Whether what is locked repeats itself, so that another place agrees as well.
    pub repeats: bool,
    /// Whether the reply was resampled to bring it back; if not, its pixels were taken as they are.
    pub resampled: bool,
}

impl Registration {
    /// How it lay, when a person would see it: "9 px to the left, 1.2 % larger".
    pub fn in_words(&self) -> Option<String> {
        let mut parts = Vec::new();
        let mut way = |by: f64, positive: &str, negative: &str| {
            if by.abs() >= 0.6 {
                let word = if by > 0.0 { positive } else { negative };
                parts.push(format!("{:.0} px {word}", by.abs()));
            }
        };
        way(self.dx, "to the right", "to the left");
        way(self.dy, "too low", "too high");
        if (self.scale - 1.0).abs() >= 0.002 {
            let word = if self.scale > 1.0 {
                "larger"
            } else {
                "smaller"
            };
            parts.push(format!("{:.1} % {word}", (self.scale - 1.0).abs() * 100.0));
        }
        if (self.stretch - 1.0).abs() >= 0.002 {
            let word = if self.stretch > 1.0 {
                "wider"
            } else {
                "taller"
            };
            parts.push(format!(
                "stretched {:.1} % {word}",
                (self.stretch - 1.0).abs() * 100.0
            ));
        }
        if self.rotation.abs() >= 0.1 {
            parts.push(format!("turned by {:.1}°", self.rotation));
        }
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

/// What is known of where a reply lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Standing {
    /// The provider's geometry is exact: it lies where it was asked for.
    Exact,
    /// It was found and brought back.
    Found(Registration),
    /// Too little of the picture is locked to tell.
    TooLittle,
    /// What is locked has too little structure to tell.
    Plain,
    /// It does not agree with the source; so large a share of the blocks did, 0 to 1.
    Lost(f64),
    /// A variation's framing could not be told, so it was left alone.
    Free,
}

/// A reply on the canvas.
#[derive(Debug)]
pub(super) struct Aligned {
    pub(super) picture: Picture,
    /// What the reply really shows; the rest continues it.
    pub(super) cover: Cover,
    pub(super) standing: Standing,
    /// How far into the edit area the reply's frame leaves a gap, in pixels of the source.
    pub(super) gap: f64,
    /// Pixels of the reply per pixel that was sent, along a side.
    pub(super) detail: f64,
}

/// What a reply is compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sent<'a> {
    pub(super) canvas: Canvas,
    pub(super) placement: Placement,
    /// The picture as it was sent.
    pub(super) picture: &'a Picture,
    /// The weights on the canvas.
    pub(super) weights: &'a Weights,
}

/// How a reply is to be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// As it lies: the provider's geometry is exact.
    AsItLies,
    /// Registered on what is locked.
    OnTheLocked,
    /// Registered on everything, and only if that is certain: a variation's framing.
    Framing,
}

/// No pixel of the edit area moves by more than this when the reply is taken as it is, in pixels.
const STILL: f64 = 0.1;
/// A variation changes what it likes; only so many blocks tell its framing.
const FRAMING_CONFIDENCE: f64 = 0.6;

/// Brings a reply back to the canvas.
pub(super) fn align(reply: Picture, sent: &Sent<'_>, manner: Manner) -> Aligned {
    let to_sent = placed(&sent.placement);
    let faithful = stretched(sent.picture.size(), reply.size());
    let (map, frame, standing) = match find(&reply, sent, manner) {
        Found::At(pinned) => (
            pinned.map,
            pinned.faithful,
            Standing::Found(told(&pinned, &to_sent, sent)),
        ),
        Found::Nowhere(standing) => (faithful, faithful, standing),
    };
    // Of the frame, not of what the model did within it: a scale of some per cent is drift.
    let detail = (frame.a * frame.e - frame.b * frame.d).abs().sqrt();
    let map = to_sent.then(&map);
    let canvas = (sent.canvas.width, sent.canvas.height);
    let cover = Cover::of(&map, reply.size(), canvas.0, canvas.1);
    let gap = gap(&map, reply.size(), &cover, sent.weights);
    let still = warp::whole_step(&map, edited(sent.weights), STILL);
    let standing = match standing {
        Standing::Found(registration) => Standing::Found(Registration {
            resampled: still.is_none(),
            ..registration
        }),
        other => other,
    };
    let picture = match still {
        Some((0, 0)) if reply.size() == canvas => reply,
        Some(steps) => warp::step(&reply, steps, canvas.0, canvas.1),
        None => warp::warp(&reply, &map, canvas.0, canvas.1),
    };
    Aligned {
        picture,
        cover,
        standing,
        gap,
        detail,
    }
}

enum Found {
    At(Pinned),
    Nowhere(Standing),
}

fn find(reply: &Picture, sent: &Sent<'_>, manner: Manner) -> Found {
    let (width, height) = sent.picture.size();
    match manner {
        Manner::AsItLies => Found::Nowhere(Standing::Exact),
        Manner::Framing => {
            let everything = Weights::nothing(width, height);
            match register::register(sent.picture, reply, &everything) {
                Registered::Pinned(pinned) if pinned.confidence >= FRAMING_CONFIDENCE => {
                    Found::At(pinned)
                }
                Registered::Pinned(_) | Registered::Lost(_) | Registered::Plain => {
                    Found::Nowhere(Standing::Free)
                }
            }
        }
        Manner::OnTheLocked => {
            let whole = Placement::whole(sent.canvas) == sent.placement;
            let placed = (!whole).then(|| on_the_sent(sent));
            let weights = placed.as_ref().unwrap_or(sent.weights);
            if !register::is_enough(weights.locked(), sent.picture.pixels()) {
                return Found::Nowhere(Standing::TooLittle);
            }
            match register::register(sent.picture, reply, weights) {
                Registered::Pinned(pinned) if !is_plausible(&pinned) => {
                    Found::Nowhere(Standing::Lost(pinned.confidence))
                }
                Registered::Pinned(pinned) => Found::At(pinned),
                Registered::Lost(share) => Found::Nowhere(Standing::Lost(share)),
                Registered::Plain => Found::Nowhere(Standing::Plain),
            }
        }
    }
}

/// Whether a model could have moved a picture so: what was measured on real replies is a third of
/// this at most.
fn is_plausible(pinned: &Pinned) -> bool {
    let Some(faithful) = pinned.faithful.inverse() else {
        return false;
    };
    let lay = Motion::of(&pinned.map.then(&faithful), 1.0, 1.0);
    (0.8..=1.25).contains(&lay.scale)
        && (0.9..=1.111).contains(&lay.stretch)
        && lay.rotation.abs() <= 8.0
}

/// The weights as they lie on the picture that was sent; what was continued beyond the canvas is
/// not the source's, so it is not locked.
fn on_the_sent(sent: &Sent<'_>) -> Weights {
    let Canvas { width, height, .. } = sent.canvas;
    let edited = sent
        .weights
        .values()
        .iter()
        .map(|weight| if *weight > 0 { 255 } else { 0 });
    let mask = sent
        .placement
        .send_mask(&Mask::new(width, height, edited.collect()));
    let (across, down) = mask.size();
    let mut coverage = mask.coverage().to_vec();
    for y in 0..down {
        for x in 0..across {
            let (u, v) = sent
                .placement
                .to_canvas(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let inside =
                (0.0..f64::from(width)).contains(&u) && (0.0..f64::from(height)).contains(&v);
            if !inside {
                coverage[y as usize * across as usize + x as usize] = 255;
            }
        }
    }
    Weights::new(
        &Mask::new(across, down, coverage),
        crate::picture::Feather::NONE,
        None,
    )
}

/// From the canvas to what was sent.
fn placed(placement: &Placement) -> Affine {
    let [left, top, ..] = placement.crop.map(|side| side as f64);
    let (across, down) = (placement.across(), placement.down());
    Affine::scaled(across, down, -left * across, -top * down)
}

/// From what was sent to a reply that was scaled with its frame.
fn stretched(sent: (u32, u32), reply: (u32, u32)) -> Affine {
    let across = f64::from(reply.0) / f64::from(sent.0);
    let down = f64::from(reply.1) / f64::from(sent.1);
    Affine::scaled(across, down, 0.0, 0.0)
}

/// How the reply lay, in pixels of the source: out to the reply and back as if it were faithful.
fn told(pinned: &Pinned, to_sent: &Affine, sent: &Sent<'_>) -> Registration {
    let back = pinned.faithful.inverse().zip(to_sent.inverse());
    let map = back.map_or(Affine::IDENTITY, |(faithful, to_canvas)| {
        to_sent.then(&pinned.map).then(&faithful).then(&to_canvas)
    });
    let (width, height) = (f64::from(sent.canvas.width), f64::from(sent.canvas.height));
    let Motion {
        dx,
        dy,
        scale,
        stretch,
        rotation,
    } = Motion::of(&map, width, height);
    Registration {
        dx: rounded(dx, 1e3),
        dy: rounded(dy, 1e3),
        scale: rounded(scale, 1e6),
        stretch: rounded(stretch, 1e6),
        rotation: rounded(rotation, 1e4),
        residual: rounded(pinned.residual / sent.placement.across(), 1e3),
        confidence: rounded(pinned.confidence, 1e3),
        frame: pinned.frame,
        repeats: pinned.repeats,
        resampled: false,
    }
}

/// Digits below what was measured are noise, and make records differ for nothing.
fn rounded(value: f64, steps: f64) -> f64 {
    // Adding 0 turns -0 into 0.
    (value * steps).round() / steps + 0.0
}

/// The smallest rectangle that holds the edit area.
fn edited(weights: &Weights) -> Region {
    let (mut left, mut top, mut right, mut bottom) = (u32::MAX, u32::MAX, 0, 0);
    let width = weights.width().max(1);
    for (y, row) in (0_u32..).zip(weights.values().chunks_exact(width as usize)) {
        let Some(first) = row.iter().position(|weight| *weight > 0) else {
            continue;
        };
        let last = row.iter().rposition(|weight| *weight > 0).unwrap_or(first);
        // Columns of a picture whose width is a 32-bit number.
        left = left.min(first as u32);
        right = right.max(last as u32 + 1);
        top = top.min(y);
        bottom = y + 1;
    }
    if right == 0 {
        return Region {
            x: 0,
            y: 0,
            width: weights.width(),
            height: weights.height(),
        };
    }
    Region {
        x: left,
        y: top,
        width: right - left,
        height: bottom - top,
    }
}

/// How far the edit area reaches beyond the reply's frame, in pixels of the canvas.
fn gap(map: &Affine, reply: (u32, u32), cover: &Cover, weights: &Weights) -> f64 {
    let (w, h) = (f64::from(reply.0), f64::from(reply.1));
    let (across, down) = (map.a.hypot(map.d), map.b.hypot(map.e));
    let mut deepest = 0.0_f64;
    for y in 0..weights.height() {
        let (from, to) = cover.row(y);
        for x in (0..from).chain(to..weights.width()) {
            if weights.at(x, y) == 0 {
                continue;
            }
            let (u, v) = map.apply(f64::from(x) + 0.5, f64::from(y) + 0.5);
            let beyond_column = (-u).max(u - w) / across;
            let beyond_row = (-v).max(v - h) / down;
            deepest = deepest.max(beyond_column.max(beyond_row) + 0.5);
        }
    }
    deepest
}
