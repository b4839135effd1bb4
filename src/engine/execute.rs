//! From a plan to an outcome: ask, compose, judge; again only where that can help.

use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::House;
use super::plan::Plan;
use super::scene::{Scene, feather};
use super::verify::{self, Figures, Status, Verdict};
use crate::error::Result;
use crate::money::Money;
use crate::picture::export::{Filter, scale};
use crate::picture::{Picture, Weights, composite};
use crate::provider::{EditRequest, Provider, Reply, Watch};
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
}

/// Carries out a plan.
///
/// # Errors
/// What the provider says, and kind `Io` when a reply cannot be kept.
pub async fn execute(
    plan: &Plan,
    scene: &Scene,
    house: &House,
    watch: &dyn Watch,
) -> Result<Outcome> {
    let begun = Instant::now();
    let chosen = plan.chosen()?;
    let (name, model) = chosen.provider_and_model();
    let provider = house.registry.get(name)?;
    let stage = Stage::set(plan, scene);
    let capabilities = provider.capabilities();
    // Whoever answers the same each time is asked once.
    let most = if capabilities.repeatable {
        1
    } else {
        plan.attempts
    };
    let mut attempts = Vec::new();
    let mut cost = Money::ZERO;
    let mut best: Option<(usize, Composed, Reply)> = None;
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
        let (attempt, reply) = ask(provider.as_ref(), &request, house, watch).await?;
        cost = cost + reply.cost;
        attempts.push(attempt);
        watch.stage("composing and checking");
        let composed = stage.compose(&reply, plan, capabilities.exact_geometry);
        let done = composed.verdict.status != Status::Fail;
        if best
            .as_ref()
            .is_none_or(|(_, so_far, _)| composed.verdict.status < so_far.verdict.status)
        {
            best = Some((usize::from(number), composed, reply));
        }
        if done {
            break;
        }
    }
    let Some((
        number,
        Composed {
            picture,
            figures,
            verdict,
        },
        reply,
    )) = best
    else {
        return Err(crate::Error::new(
            crate::ErrorKind::Internal,
            "the plan allows no attempt",
        ));
    };
    if verdict.status == Status::Fail && reply.bytes.is_none() {
        attempts[number].reply_sha256 = Some(keep_computed(&reply, house)?);
    }
    let warnings = plan.warnings.iter().chain(&reply.notes).cloned().collect();
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

async fn ask(
    provider: &dyn Provider,
    request: &EditRequest,
    house: &House,
    watch: &dyn Watch,
) -> Result<(Attempt, Reply)> {
    let begun = Instant::now();
    let reply = provider.edit(request, watch).await?;
    // What came from outside is kept before anything else can go wrong with it.
    let reply_sha256 = reply
        .bytes
        .as_deref()
        .map(|bytes| house.blobs.keep(bytes))
        .transpose()?;
    let attempt = Attempt {
        provider: provider.capabilities().name.to_owned(),
        model: request.model.clone(),
        outcome: AttemptOutcome::Done,
        seconds: begun.elapsed().as_secs_f64(),
        request_id: None,
        cost_usd: reply.cost.to_string(),
        reply_sha256,
        cached: false,
    };
    Ok((attempt, reply))
}

/// A computed reply can be computed again, so it is kept only when somebody may want to look at it.
fn keep_computed(reply: &Reply, house: &House) -> Result<Digest> {
    house
        .blobs
        .keep(&crate::picture::encode::png(&reply.picture)?)
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
            crate::recipe::Kind::Inpaint => scene.mask.clone().map(Arc::new),
            crate::recipe::Kind::Outpaint => Some(Arc::new(canvas.new_area(w, h))),
            crate::recipe::Kind::Variation => None,
        };
        Self {
            reference,
            weights,
            mask,
        }
    }

    fn compose(&self, reply: &Reply, plan: &Plan, exact: bool) -> Composed {
        let (width, height) = self.reference.size();
        let fits = Fit::of(reply.picture.size(), (width, height));
        let aligned = scale(&reply.picture, width, height, Filter::Lanczos);
        let picture = composite(&self.reference, &aligned, &self.weights);
        let figures = Figures::measure(
            &self.reference,
            &aligned,
            &picture,
            &self.weights,
            plan.kind,
            exact,
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
    /// Another size of the same ratio; it was scaled back.
    Scaled,
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
        if (own / sent - 1.0).abs() <= 0.005 {
            Self::Scaled
        } else {
            Self::OtherRatio
        }
    }
}
