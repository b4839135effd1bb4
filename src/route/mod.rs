//! Who does the edit: the candidates, the user's word, and the choice with its reason.
//!
//! A recipe's tier is a wish. Only what the user said can choose a candidate other than `local`.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};
use crate::money::Money;
use crate::provider::{Ask, Capabilities, Provider};
use crate::recipe::{Kind, MaskNeed, Need, Tier};
use crate::suggest;

/// What the user asked for, and where it was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// What was asked for.
    pub what: Wanted,
    /// `--provider`, `--tier`, `--reply` or `IMAGE_EDIT_PROVIDER`.
    pub said_by: &'static str,
}

/// A provider or a tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A provider, perhaps with a model.
    Provider(String, Option<String>),
    /// Any provider that plays this role.
    Tier(Tier),
}

impl Wanted {
    /// Reads a tier, a provider, or `provider/model`.
    pub fn read(text: &str) -> Self {
        if let Some(tier) = Tier::ALL.into_iter().find(|tier| tier.word() == text) {
            return Self::Tier(tier);
        }
        match text.split_once('/') {
            Some((provider, model)) => Self::Provider(provider.into(), Some(model.into())),
            None => Self::Provider(text.into(), None),
        }
    }

    /// The model asked for from this provider.
    pub fn model_for(&self, provider: &str) -> Option<&str> {
        match self {
            Self::Provider(name, model) if name == provider => model.as_deref(),
            _ => None,
        }
    }
}

/// What a job demands of whoever does it.
#[derive(Debug, Clone, Copy)]
pub struct Demand<'a> {
    /// The kind of edit.
    pub kind: Kind,
    /// What a model must be able to do.
    pub needs: &'a [Need],
    /// Whether a real mask is demanded.
    pub mask: MaskNeed,
}

/// A provider looked at for one job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// `provider` or `provider/model`.
    pub name: String,
    /// Whether it can do the job.
    pub ok: bool,
    /// What it would do, or why it cannot.
    pub why: String,
    /// What it would cost at most, in US dollars.
    pub cost_usd: String,
}

/// The choice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Route {
    /// The name of the chosen candidate.
    pub chosen: String,
    /// Why, in words.
    pub reason: String,
}

/// Looks at one provider for a job.
pub fn consider(provider: &dyn Provider, demand: Demand<'_>, ask: &Ask<'_>) -> Candidate {
    let capabilities = provider.capabilities();
    let name = match ask.model {
        Some(model) => format!("{}/{model}", capabilities.name),
        None => capabilities.name.to_owned(),
    };
    let verdict = meets(capabilities, demand).and_then(|()| provider.consider(ask));
    let (ok, why) = match verdict {
        Ok(what) => (true, what),
        Err(why) => (false, why),
    };
    Candidate {
        name,
        ok,
        why,
        cost_usd: Money::ZERO.to_string(),
    }
}

fn meets(capabilities: &Capabilities, demand: Demand<'_>) -> Result<(), String> {
    if !capabilities.kinds.contains(&demand.kind) {
        return Err(format!("it does not do the kind `{}`", demand.kind));
    }
    let masks = demand.kind == Kind::Inpaint && demand.mask == MaskNeed::Native;
    if masks && !capabilities.needs.contains(&Need::Mask) {
        return Err("it takes no mask, and the recipe demands one".to_owned());
    }
    match demand
        .needs
        .iter()
        .find(|need| !capabilities.needs.contains(need))
    {
        Some(need) => Err(format!("it does not meet the need `{}`", need.word())),
        None => Ok(()),
    }
}

/// Chooses among the candidates, which are in the registry's order. Beside each stands its tier, or
/// `None` for one that is chosen by its name only.
///
/// # Errors
/// Kind `NoRoute` when what the user asked for, or `local` without a word of theirs, cannot do it.
pub fn choose(candidates: &[(Candidate, Option<Tier>)], wish: Option<&Wish>) -> Result<Route> {
    let of = |provider: &str| {
        candidates
            .iter()
            .map(|(candidate, _)| candidate)
            .find(|candidate| candidate.name.split('/').next() == Some(provider))
    };
    let take = |candidate: &Candidate, reason: String| {
        if candidate.ok {
            return Ok(Route {
                chosen: candidate.name.clone(),
                reason,
            });
        }
        Err(Error::new(
            ErrorKind::NoRoute,
            format!(
                "`{}` cannot do this edit: {}",
                candidate.name, candidate.why
            ),
        )
        .hint("choose another with `--provider`; without it `local` draws a draft"))
    };
    let Some(wish) = wish else {
        let local =
            of("local").ok_or_else(|| Error::new(ErrorKind::NoRoute, "there is no provider"))?;
        return take(
            local,
            "nothing else was asked for, so `local` draws a draft".to_owned(),
        );
    };
    match &wish.what {
        Wanted::Provider(name, _) => match of(name) {
            Some(candidate) => take(candidate, format!("asked for by {}", wish.said_by)),
            None => {
                let message = format!("unknown provider `{name}`, asked for by {}", wish.said_by);
                let known = candidates
                    .iter()
                    .map(|(c, _)| c.name.split('/').next().unwrap_or_default());
                let is_tier = Tier::ALL.iter().any(|tier| tier.word() == name);
                Err(Error::new(ErrorKind::NoRoute, message).hint(if is_tier {
                    format!("`{name}` is a tier: `--tier {name}`")
                } else {
                    suggest::hint(name, known)
                }))
            }
        },
        Wanted::Tier(tier) => {
            let fits =
                |(candidate, own): &&(Candidate, Option<Tier>)| *own == Some(*tier) && candidate.ok;
            match candidates.iter().find(fits) {
                Some((candidate, _)) => take(candidate, format!("the tier `{}`, asked for by {}", tier.word(), wish.said_by)),
                None => Err(Error::new(
                    ErrorKind::NoRoute,
                    format!("no provider plays the tier `{}` for this edit", tier.word()),
                )
                .hint("`--tier draft` draws it offline; `--reply FILE` takes a picture edited elsewhere")),
            }
        }
    }
}
