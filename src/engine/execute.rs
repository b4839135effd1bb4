//! From a plan to an outcome: ask, compose, judge; again only where that can help.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::House;
use super::plan::Plan;
use super::scene::{Pixels, Scene, feather};
use super::verify::{self, Figures, Status, Verdict};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::picture::export::{Filter, scale};
use crate::picture::{Picture, Weights, composite, encode};
use crate::provider::{EditRequest, FileReply, Provider, Registry, Reply, Watch};
use crate::recipe::Kind;
use crate::store::Digest;

/// A composed picture with everything that is known about it, not yet written.
#[derive(Debug)]
pub struct Outcome {
    /// The plan that was carried out.
    pub plan: Plan,
    /// The master: the source's scale, the edit area from the reply.
    pub picture: Picture,
    /// The source on the final canvas: what the lock compares with.
    pub reference: Arc<Picture>,
    /// The blending weights.
    pub weights: Weights,
    /// Every paid or free reply, in order.
    pub attempts: Vec<Attempt>,
    /// What was measured.
    pub figures: Figures,
    /// The judgement.
    pub verdict: Verdict,
    /// What all attempts cost together.
    pub cost: Money,
    /// Things the user should know.
    pub warnings: Vec<String>,
    /// How long it took.
    pub seconds: f64,
}

/// One reply, as the record tells it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// The provider's name.
    pub provider: String,
    /// The model, if one was named.
    pub model: Option<String>,
    /// How it ended.
    pub outcome: AttemptOutcome,
    /// The seed it was asked with.
    pub seed: u64,
    /// How long it took.
    pub seconds: f64,
    /// The service's own name for the call.
    pub request_id: Option<String>,
    /// What it cost, in US dollars.
    pub cost_usd: String,
    /// The SHA-256 of the reply's bytes as sent; `None` for one computed here and not kept.
    pub reply_sha256: Option<Digest>,
    /// Whether the reply came from the store.
    pub cached: bool,
}

/// How an attempt ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptOutcome {
    /// A picture came back.
    Done,
    /// The service failed in a way that may pass.
    Temporary,
    /// The service declined.
    Refused,
    /// What came back could not be understood.
    BadReply,
    /// It ended in another way.
    Unknown,
}

impl AttemptOutcome {
    fn of(answer: &Result<Reply>) -> Self {
        match answer.as_ref().map_err(Error::kind) {
            Ok(_) => Self::Done,
            Err(ErrorKind::Temporary) => Self::Temporary,
            Err(ErrorKind::Refused) => Self::Refused,
            Err(ErrorKind::BadReply) => Self::BadReply,
            Err(_) => Self::Unknown,
        }
    }
}

/// Carries out a plan.
///
/// # Errors
/// What the provider says about the first attempt, and kind `Usage` for a plan of other pixels.
pub async fn execute(
    plan: &Plan,
    scene: &Scene,
    house: &House,
    watch: &dyn Watch,
) -> Result<Outcome> {
    let begun = Instant::now();
    plan.check(scene)?;
    let chosen = plan.chosen()?;
    let (name, model) = chosen.provider_and_model();
    let registry = providers(house, plan.reply.as_ref(), plan.scene.max_pixels)?;
    let provider = registry.get(name)?;
    let stage = Stage::set(plan, scene);
    let capabilities = provider.capabilities();
    // Whoever answers the same each time is asked once.
    let most = if capabilities.repeatable {
        1
    } else {
        plan.attempts
    };
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut cost = Money::ZERO;
    let mut warnings = plan.warnings.clone();
    let mut best: Option<Composed> = None;
    for number in 0..most {
        let request = EditRequest {
            kind: plan.kind,
            model: model.map(str::to_owned),
            prompt: plan.prompt.clone(),
            options: chosen.options.clone(),
            picture: Arc::clone(&stage.reference),
            mask: stage.mask.clone(),
            facts: plan.facts,
            seed: plan.seed.wrapping_add(u64::from(number)),
        };
        let (mut attempt, answer) = ask(provider.as_ref(), &request, watch).await;
        let reply = match answer {
            Ok(reply) => reply,
            // What an earlier attempt brought is not thrown away.
            Err(fault) if best.is_some() => {
                warnings.push(format!("attempt {} failed: {fault}", number + 1));
                attempts.push(attempt);
                break;
            }
            Err(fault) => return Err(fault),
        };
        cost = cost + reply.cost;
        // What came from outside is kept before anything else can go wrong with it.
        if let Some(bytes) = reply.bytes.as_deref().filter(|_| plan.reply.is_none()) {
            attempt.reply_sha256 = Some(keep(bytes, house, &mut warnings));
        }
        watch.stage("composing and checking");
        let composed = stage.compose(&reply, plan);
        let failed = composed.verdict.status == Status::Fail;
        match &plan.reply {
            // The user has the file they gave.
            Some(file) => attempt.reply_sha256 = Some(file.sha256),
            // A computed reply can be computed again: it is kept only for somebody to look at.
            None if failed && reply.bytes.is_none() => {
                let bytes = encode::png(&reply.picture)?;
                attempt.reply_sha256 = Some(keep(&bytes, house, &mut warnings));
            }
            None => {}
        }
        attempts.push(attempt);
        warnings.extend(reply.notes);
        if best
            .as_ref()
            .is_none_or(|so_far| composed.verdict.status < so_far.verdict.status)
        {
            best = Some(composed);
        }
        if !failed {
            break;
        }
    }
    let Some(Composed {
        picture,
        figures,
        verdict,
    }) = best
    else {
        return Err(Error::new(
            ErrorKind::Internal,
            "the plan allows no attempt",
        ));
    };
    if !capabilities.exact_geometry && plan.kind != Kind::Variation {
        warnings.push("the reply is taken as it lay; it was not aligned to the source".to_owned());
    }
    Ok(Outcome {
        plan: plan.clone(),
        picture,
        reference: stage.reference,
        weights: stage.weights,
        attempts,
        figures,
        verdict,
        cost,
        warnings,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// The providers of the house, and the file that was given as a reply, if one was.
///
/// # Errors
/// Kind `Io` when the file is not in the store.
pub(super) fn providers(
    house: &House,
    reply: Option<&Pixels>,
    max_pixels: u64,
) -> Result<Registry> {
    let mut registry = house.registry.clone();
    if let Some(file) = reply {
        let bytes = house.blobs.get(file.sha256)?;
        registry.add(Arc::new(FileReply::new(bytes, &file.name, max_pixels)));
    }
    Ok(registry)
}

async fn ask(
    provider: &dyn Provider,
    request: &EditRequest,
    watch: &dyn Watch,
) -> (Attempt, Result<Reply>) {
    let begun = Instant::now();
    let answer = provider.edit(request, watch).await;
    let attempt = Attempt {
        provider: provider.capabilities().name.to_owned(),
        model: request.model.clone(),
        outcome: AttemptOutcome::of(&answer),
        seed: request.seed,
        seconds: begun.elapsed().as_secs_f64(),
        request_id: None,
        cost_usd: answer
            .as_ref()
            .map_or(Money::ZERO, |reply| reply.cost)
            .to_string(),
        reply_sha256: None,
        cached: false,
    };
    (attempt, answer)
}

/// Keeps a reply in the store. A store that cannot be written is said and is no reason to lose the
/// edit, which may have been paid for.
fn keep(bytes: &[u8], house: &House, warnings: &mut Vec<String>) -> Digest {
    house.blobs.keep(bytes).unwrap_or_else(|fault| {
        warnings.push(format!("the raw reply is not kept: {fault}"));
        Digest::of(bytes)
    })
}

/// What every attempt shares.
struct Stage {
    reference: Arc<Picture>,
    weights: Weights,
    mask: Option<Arc<crate::picture::Mask>>,
}

struct Composed {
    picture: Picture,
    figures: Figures,
    verdict: Verdict,
}

impl Stage {
    fn set(plan: &Plan, scene: &Scene) -> Self {
        let canvas = plan.canvas;
        let (w, h) = scene.source.size();
        let reference = if canvas.is_source(w, h) {
            Arc::clone(&scene.source)
        } else {
            Arc::new(canvas.lay(&scene.source))
        };
        let ramp = plan
            .mask
            .as_ref()
            .map_or(crate::picture::Feather::NONE, |mask| {
                feather(mask.feather, mask.feather_into)
            });
        let weights = scene.weights(plan.kind, canvas, ramp);
        let mask = match plan.kind {
            Kind::Inpaint => scene.mask.clone().map(Arc::new),
            Kind::Outpaint => Some(Arc::new(canvas.new_area(w, h))),
            Kind::Variation => None,
        };
        Self {
            reference,
            weights,
            mask,
        }
    }

    fn compose(&self, reply: &Reply, plan: &Plan) -> Composed {
        let (width, height) = self.reference.size();
        let fits = Fit::of(reply.picture.size(), (width, height));
        let aligned = match fits {
            Fit::Same => Cow::Borrowed(&reply.picture),
            Fit::Smaller | Fit::Larger | Fit::OtherRatio => {
                Cow::Owned(scale(&reply.picture, width, height, Filter::Lanczos))
            }
        };
        let picture = composite(&self.reference, &aligned, &self.weights);
        let figures = Figures::measure(
            &self.reference,
            &aligned,
            &picture,
            &self.weights,
            plan.kind,
        );
        let verdict = verify::judge(&figures, &reply.picture, fits, plan);
        Composed {
            picture,
            figures,
            verdict,
        }
    }
}

/// How a reply's size relates to the size that was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// The same.
    Same,
    /// The same ratio, but smaller; it was scaled up.
    Smaller,
    /// The same ratio, but larger; it was scaled down.
    Larger,
    /// Another ratio: the frame was cut, extended or stretched.
    OtherRatio,
}

impl Fit {
    fn of((w, h): (u32, u32), (width, height): (u32, u32)) -> Self {
        if (w, h) == (width, height) {
            return Self::Same;
        }
        let (own, sent) = (
            f64::from(w) / f64::from(h),
            f64::from(width) / f64::from(height),
        );
        // Half a per cent is what rounding to a grid of 16 does to a ratio.
        match (own / sent - 1.0).abs() <= 0.005 {
            true if w < width => Self::Smaller,
            true => Self::Larger,
            false => Self::OtherRatio,
        }
    }
}
