//! From flags to an order: every named file is read here.

use std::path::{Path, PathBuf};

use super::args::{EditArgs, MaskChannel, TierName};
use crate::engine::{Input, MaskGiven, Order, OutputWish};
use crate::error::{Error, ErrorKind, Result};
use crate::fs;
use crate::library::Library;
use crate::picture::MaskFrom;
use crate::recipe::Tier;
use crate::route::{Wanted, Wish};

/// The handbook's switch: a tier, a provider, or `provider/model`.
const PROVIDER_VARIABLE: &str = "IMAGE_EDIT_PROVIDER";

/// Reads everything the flags name.
pub(super) fn read(args: &EditArgs, output: OutputWish, library: &Library) -> Result<Order> {
    let found = library.find(&args.recipe)?;
    let image = if args.image == Path::new("-") {
        Input {
            name: "-".into(),
            // A redirected file is an input like any other; a pipe leads nowhere and is not one.
            path: cfg!(unix).then(|| "/dev/stdin".into()),
            bytes: fs::read_stdin()?,
        }
    } else {
        input(&args.image)?
    };
    Ok(Order {
        found,
        image,
        mask: args.mask.as_deref().map(mask).transpose()?,
        mask_from: args.masks.mask_from.map(channel),
        invert_mask: args.masks.invert_mask,
        fit_mask: args.masks.fit_mask,
        protect: args.masks.protect.as_deref().map(input).transpose()?,
        reply: args.reply.as_deref().map(input).transpose()?,
        brand_path: library.brand_path(args.brand.as_deref()),
        params: args.params.clone(),
        brand: library.brand(args.brand.as_deref())?,
        tags: args.tags.clone(),
        wish: wish(args)?,
        seed: args.seed,
        max_pixels: args.max_pixels,
        output,
        started: jiff::Timestamp::now().to_string(),
    })
}

pub(super) fn channel(channel: MaskChannel) -> MaskFrom {
    match channel {
        MaskChannel::Alpha => MaskFrom::Alpha,
        MaskChannel::Luma => MaskFrom::Luma,
    }
}

/// A file the user named; what it is decides the pictures of the edit, so its absence is kind `Input`.
pub(super) fn input(path: &Path) -> Result<Input> {
    Ok(Input {
        name: path.display().to_string(),
        path: Some(path.to_owned()),
        bytes: fs::read(path, ErrorKind::Input)?,
    })
}

pub(super) fn mask(text: &str) -> Result<MaskGiven> {
    // A word with a colon that is no file was meant as a shape, perhaps one that does not exist.
    if text == "source-alpha" || (text.contains(':') && !Path::new(text).exists()) {
        return Ok(MaskGiven::Words(text.to_owned()));
    }
    input(&PathBuf::from(text)).map(MaskGiven::File).map_err(|fault| {
        fault.hint("a mask is a PNG or JPEG file, `source-alpha`, or a shape such as `rect:10%,10%,30%,40%`")
    })
}

fn wish(args: &EditArgs) -> Result<Option<Wish>> {
    if args.reply.is_some() {
        return Ok(Some(Wish {
            what: Wanted::Provider("file".into(), None),
            said_by: "--reply",
        }));
    }
    if let Some(provider) = &args.provider {
        let what = match (&args.model, provider.split_once('/')) {
            (Some(model), None) => Wanted::Provider(provider.clone(), Some(model.clone())),
            (Some(_), Some(_)) => {
                return Err(Error::new(ErrorKind::Usage, "the model is named twice")
                    .hint("leave `--model` away, or write `--provider NAME` without a slash"));
            }
            (None, Some((name, model))) => Wanted::Provider(name.into(), Some(model.into())),
            (None, None) => Wanted::Provider(provider.clone(), None),
        };
        return Ok(Some(Wish {
            what,
            said_by: "--provider",
        }));
    }
    if let Some(tier) = args.tier {
        let tier = match tier {
            TierName::Draft => Tier::Draft,
            TierName::Standard => Tier::Standard,
            TierName::Pro => Tier::Pro,
        };
        return Ok(Some(Wish {
            what: Wanted::Tier(tier),
            said_by: "--tier",
        }));
    }
    match std::env::var(PROVIDER_VARIABLE) {
        Ok(text) if !text.trim().is_empty() => Ok(Some(Wish {
            what: Wanted::read(text.trim()),
            said_by: PROVIDER_VARIABLE,
        })),
        _ => Ok(None),
    }
}
