//! From a reply to a result: put back, matched, composed, measured, judged.

use std::sync::Arc;

use super::align::{self, Aligned, Manner, Sent, Standing};
use super::measure::{self, Before, Facts, Figures};
use super::plan::Plan;
use super::scene::{Scene, feather};
use super::verify::{self, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::picture::carry::carry;
use crate::picture::tone::Tone;
use crate::picture::{
    Canvas, Feather, Mask, Picture, Placement, Shape, Weights, composite_onto, encode, look,
};
use crate::provider::{Capabilities, MaskFacts};
use crate::recipe::Kind;

/// How far an outpainting's mask reaches into the source, in pixels: a model that is told to stop
/// at the border leaves a line there.
const OVERLAP: u32 = 8;

/// What every attempt shares.
#[derive(Debug)]
pub(super) struct Stage {
    /// The source on the final canvas.
    pub(super) reference: Arc<Picture>,
    /// The blending weights on the canvas.
    pub(super) weights: Weights,
    /// What is sent.
    pub(super) sent: Arc<Picture>,
    /// What may change of it.
    pub(super) mask: Option<Arc<Mask>>,
    /// What is known of that.
    pub(super) facts: Option<MaskFacts>,
    placement: Placement,
    canvas: Canvas,
    source: (u32, u32),
    manner: Manner,
    logo: Option<Mask>,
}

/// One result.
#[derive(Debug)]
pub(super) struct Composed {
    pub(super) picture: Picture,
    pub(super) figures: Figures,
    pub(super) verdict: Verdict,
    pub(super) looks: Looks,
}

/// Pictures of how a result came about, by name, as PNG files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looks {
    /// File names and bytes.
    pub files: Vec<(String, Vec<u8>)>,
}

impl Stage {
    /// Lays out everything but the reply.
    ///
    /// # Errors
    /// Kind `Input` when the logo's region lies outside the picture.
    pub(super) fn set(
        plan: &Plan,
        scene: &Scene,
        placement: Placement,
        capabilities: &Capabilities,
    ) -> Result<Self> {
        let canvas = plan.canvas;
        let (w, h) = scene.source.size();
        let reference = if canvas.is_source(w, h) {
            Arc::clone(&scene.source)
        } else {
            Arc::new(canvas.lay(&scene.source))
        };
        let ramp = plan.mask.as_ref().map_or(Feather::NONE, |mask| {
            feather(mask.feather, mask.feather_into)
        });
        let weights = scene.weights(plan.kind, canvas, ramp);
        let exact = capabilities.exact_geometry;
        let mask = match plan.kind {
            Kind::Inpaint => scene.mask.clone(),
            Kind::Outpaint if exact => Some(canvas.new_area(w, h)),
            Kind::Outpaint => Some(canvas.overlapped_new_area(w, h, OVERLAP)),
            Kind::Variation => None,
        };
        let whole = placement == Placement::whole(canvas);
        let mask = mask.map(|mask| {
            if whole {
                mask
            } else {
                placement.send_mask(&mask)
            }
        });
        let logo = plan
            .checks
            .logo
            .as_deref()
            .map(str::parse::<Shape>)
            .transpose()?;
        let logo = match logo {
            None => None,
            Some(shape) => {
                let region = shape.draw(w, h);
                if region.bounds().is_none() {
                    let message =
                        format!("the logo's region covers no pixel of the {w}×{h} picture");
                    return Err(Error::new(ErrorKind::Input, message)
                        .hint("`logo` in `[verify]` is a shape such as `rect:40%,30%,20%,10%`"));
                }
                Some(canvas.lay_mask(&region, 0))
            }
        };
        Ok(Self {
            sent: if whole {
                Arc::clone(&reference)
            } else {
                Arc::new(placement.send(&reference))
            },
            facts: mask.as_ref().and_then(MaskFacts::of),
            mask: mask.map(Arc::new),
            logo,
            reference,
            weights,
            placement,
            canvas,
            source: (w, h),
            manner: match plan.kind {
                _ if exact => Manner::AsItLies,
                Kind::Inpaint | Kind::Outpaint => Manner::OnTheLocked,
                Kind::Variation => Manner::Framing,
            },
        })
    }

    /// Puts a reply back and makes a result of it.
    ///
    /// # Errors
    /// Kind `Internal` when a picture to keep cannot be encoded.
    pub(super) fn compose(&self, reply: Picture, plan: &Plan, keep: bool) -> Result<Composed> {
        let sent = Sent {
            canvas: self.canvas,
            placement: self.placement,
            picture: &self.sent,
            weights: &self.weights,
        };
        let shown = measure::look(&reply, &sent);
        let mut aligned = align::align(reply, &sent, self.manner);
        let mut looks = Looks::default();
        if keep {
            self.keep(&aligned, &mut looks)?;
        }
        let tone = self.tone(&aligned, plan.kind);
        let before = Before::measure(&self.reference, &aligned, &self.weights, &tone, plan.kind);
        tone.apply(&mut aligned.picture, &self.weights);
        if plan.kind == Kind::Outpaint && self.manner != Manner::AsItLies {
            carry(
                &self.reference,
                &mut aligned.picture,
                &tone,
                self.canvas,
                self.source,
            );
        }
        let Aligned {
            picture,
            cover,
            standing,
            gap,
            detail,
            ..
        } = aligned;
        let sheer = measure::sheer(&self.reference, &picture, &self.weights);
        let picture = composite_onto(&self.reference, picture, &self.weights);
        let facts = Facts {
            kind: plan.kind,
            checks: &plan.checks,
            logo: self.logo.as_ref(),
            cover: &cover,
            shown,
            standing,
            gap,
            detail,
            sheer,
            tone: (tone != Tone::NONE).then(|| tone.record()),
        };
        let figures = before.figures(&self.reference, &picture, &self.weights, facts);
        let verdict = verify::judge(&figures, plan.kind, &plan.checks);
        Ok(Composed {
            picture,
            figures,
            verdict,
            looks,
        })
    }

    /// How the colours of an aligned reply are matched.
    fn tone(&self, aligned: &Aligned, kind: Kind) -> Tone {
        match (aligned.standing, kind) {
            (Standing::Found(_) | Standing::Plain, Kind::Inpaint | Kind::Outpaint) => Tone::fit(
                &self.reference,
                &aligned.picture,
                &self.weights,
                &aligned.cover,
            ),
            _ => Tone::NONE,
        }
    }

    fn keep(&self, aligned: &Aligned, looks: &mut Looks) -> Result<()> {
        let mut add = |name: &str, picture: &Picture| -> Result<()> {
            looks
                .files
                .push((format!("{name}.png"), encode::png(picture)?));
            Ok(())
        };
        add("sent", &self.sent)?;
        if let Some(mask) = &self.mask {
            let (width, height) = mask.size();
            let grey = crate::picture::Layout::Grey;
            add(
                "sent-mask",
                &Picture::new(width, height, grey, mask.coverage().to_vec()),
            )?;
        }
        add("aligned", &aligned.picture)?;
        add(
            "heat",
            &look::heat(
                &self.reference,
                &aligned.picture,
                &self.weights,
                &aligned.cover,
            ),
        )?;
        add("overlay", &look::overlay(&self.reference, &self.weights))
    }
}

impl Looks {
    /// Adds the reply as it came, under the ending its bytes ask for.
    pub(super) fn add_reply(&mut self, bytes: &[u8]) {
        let ending = match bytes {
            [0xff, 0xd8, ..] => "jpg",
            [b'R', b'I', b'F', b'F', ..] => "webp",
            _ => "png",
        };
        self.files.push((format!("reply.{ending}"), bytes.to_vec()));
    }

    /// The names with the attempt's number before them, from the second on.
    pub(super) fn numbered(mut self, attempt: u8) -> Self {
        if attempt > 0 {
            for (name, _) in &mut self.files {
                *name = format!("{}-{name}", attempt + 1);
            }
        }
        self
    }
}
