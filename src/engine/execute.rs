//! From a plan to an outcome: ask, compose, judge; again only where that can help.

use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::House;
use super::compose::{Composed, Looks, Stage};
use super::measure::Figures;
use super::plan::{Plan, PlannedCandidate};
use super::scene::{Pixels, Scene};
use super::verify::{Status, Verdict, is_better};
use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::picture::{Picture, Weights, encode};
use crate::provider::{EditRequest, FileReply, Provider, Registry, Reply, Watch};
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
    /// Pictures of how it came about, when they were asked for.
    pub looks: Looks,
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

/// Carries out a plan; `keep` asks for pictures of how the result came about.
///
/// # Errors
/// What the provider says about the first attempt, and kind `Usage` for a plan of other pixels.
pub async fn execute(
    plan: &Plan,
    scene: &Scene,
    house: &House,
    watch: &dyn Watch,
    keep: bool,
) -> Result<Outcome> {
    let begun = Instant::now();
    plan.check(scene)?;
    let chosen = plan.chosen()?;
    let (name, _) = chosen.provider_and_model();
    let registry = providers(house, plan.reply.as_ref(), plan.scene.max_pixels)?;
    let provider = registry.get(name)?;
    let capabilities = provider.capabilities();
    let placement = chosen.placement.ok_or_else(|| {
        Error::new(
            ErrorKind::Internal,
            format!("`{}` was chosen without a placement", chosen.name),
        )
    })?;
    let stage = Stage::set(plan, scene, placement, capabilities)?;
    let errand = Errand {
        plan,
        house,
        watch,
        provider: provider.as_ref(),
        stage: &stage,
        keep,
    };
    // Whoever answers the same each time is asked once.
    let most = if capabilities.repeatable {
        1
    } else {
        plan.checks.attempts
    };
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut cost = Money::ZERO;
    let mut warnings = plan.warnings.clone();
    let mut best: Option<Composed> = None;
    let mut looks = Looks::default();
    for number in 0..most {
        let request = errand.request(chosen, number);
        let (mut attempt, answer) = ask(errand.provider, &request, watch).await;
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
        let mut composed = errand
            .take(&request, reply, &mut attempt, &mut warnings)
            .await?;
        attempts.push(attempt);
        looks
            .files
            .extend(std::mem::take(&mut composed.looks).numbered(number).files);
        let is_last = composed.verdict.status != Status::Fail;
        let better = |known: &Composed| {
            is_better(
                (&composed.verdict, &composed.figures),
                (&known.verdict, &known.figures),
            )
        };
        if best.as_ref().is_none_or(better) {
            best = Some(composed);
        }
        if is_last {
            break;
        }
    }
    let Some(Composed {
        picture,
        figures,
        verdict,
        ..
    }) = best
    else {
        return Err(Error::new(
            ErrorKind::Internal,
            "the plan allows no attempt",
        ));
    };
    Ok(Outcome {
        plan: plan.clone(),
        picture,
        reference: stage.reference,
        weights: stage.weights,
        attempts,
        figures,
        looks,
        verdict,
        cost,
        warnings,
        seconds: begun.elapsed().as_secs_f64(),
    })
}

/// Whom to ask, with what, and what shall be kept of it.
struct Errand<'a> {
    plan: &'a Plan,
    house: &'a House,
    watch: &'a dyn Watch,
    provider: &'a dyn Provider,
    stage: &'a Stage,
    keep: bool,
}

impl Errand<'_> {
    fn request(&self, chosen: &PlannedCandidate, number: u8) -> EditRequest {
        let (_, model) = chosen.provider_and_model();
        EditRequest {
            kind: self.plan.kind,
            model: model.map(str::to_owned),
            prompt: self.plan.prompt.clone(),
            options: chosen.options.clone(),
            picture: Arc::clone(&self.stage.sent),
            mask: self.stage.mask.clone(),
            facts: self.stage.facts,
            seed: self.plan.seed.wrapping_add(u64::from(number)),
        }
    }

    /// Keeps a reply and makes a result of it.
    async fn take(
        &self,
        request: &EditRequest,
        reply: Reply,
        attempt: &mut Attempt,
        warnings: &mut Vec<String>,
    ) -> Result<Composed> {
        let given = self.plan.reply.as_ref();
        // What comes from outside is kept before anything else can go wrong with it; the user has
        // the file they gave.
        attempt.reply_sha256 = match (given, &reply.bytes) {
            (Some(file), _) => Some(file.sha256),
            (None, Some(bytes)) => Some(keep_reply(bytes, self.house, warnings)),
            (None, None) => None,
        };
        let computed = reply.bytes.is_none() && given.is_none();
        let raw: Option<Arc<[u8]>> = match reply.bytes {
            _ if !self.keep => None,
            Some(bytes) => Some(bytes),
            None => Some(encode::png(&reply.picture)?.into()),
        };
        self.watch.stage("composing and checking");
        let mut composed = self.stage.compose(reply.picture, self.plan, self.keep)?;
        if let Some(raw) = raw {
            composed.looks.add_reply(&raw);
        }
        if computed && composed.verdict.status == Status::Fail && reply.cost == Money::ZERO {
            attempt.reply_sha256 = self.again(request, warnings).await?;
        }
        warnings.extend(reply.notes);
        Ok(composed)
    }

    /// What was computed here for nothing is computed again for somebody to look at: that costs less
    /// than a copy of every reply that passes.
    async fn again(
        &self,
        request: &EditRequest,
        warnings: &mut Vec<String>,
    ) -> Result<Option<Digest>> {
        match self.provider.edit(request, self.watch).await {
            Ok(again) => {
                let bytes = encode::png(&again.picture)?;
                Ok(Some(keep_reply(&bytes, self.house, warnings)))
            }
            Err(fault) => {
                warnings.push(format!("the raw reply is not kept: {fault}"));
                Ok(None)
            }
        }
    }
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
fn keep_reply(bytes: &[u8], house: &House, warnings: &mut Vec<String>) -> Digest {
    house.blobs.keep(bytes).unwrap_or_else(|fault| {
        warnings.push(format!("the raw reply is not kept: {fault}"));
        Digest::of(bytes)
    })
}
