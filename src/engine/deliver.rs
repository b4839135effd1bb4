//! From an outcome to files: names chosen before the first call, everything written at once.

use std::path::{Path, PathBuf};

use super::House;
use super::execute::Outcome;
use super::order::{MaskGiven, Order, OutputWish};
use super::plan::{ExportPlan, Plan};
use super::record::{OutputRecord, Record};
use super::verify::Status;
use crate::error::{Error, ErrorKind, Result};
use crate::fs::{self, Existing, Staged};
use crate::picture::drift::{self, Lock};
use crate::picture::{Format, Picture, decode, encode, export};
use crate::provider::Watch;
use crate::recipe::Tier;
use crate::store::Digest;

/// Names that are free, and what to do if they are not any more.
#[derive(Debug, Clone)]
pub struct Outputs {
    /// The master's path; `None` for standard output.
    pub master: Option<PathBuf>,
    /// Where the best attempt goes when it fails.
    pub failed: PathBuf,
    /// The format of the master and of its exports.
    pub format: Format,
    existing: Existing,
}

/// What was written.
#[derive(Debug)]
pub struct Delivered {
    /// The record, also when the verdict is `fail`.
    pub record: Record,
    /// The master; `None` when it goes to standard output.
    pub path: Option<PathBuf>,
    /// The record's file, beside the master.
    pub record_path: Option<PathBuf>,
    /// The encoded master, for standard output.
    pub bytes: Vec<u8>,
}

/// Chooses the names, and refuses before anything is asked of a provider.
///
/// # Errors
/// Kind `Usage` when an output exists, is an input, or has an unknown ending.
pub fn reserve(wish: &OutputWish, order: &Order, plan: &Plan) -> Result<Outputs> {
    let stem = if order.image.name == "-" {
        "stdin".to_owned()
    } else {
        let name = Path::new(&order.image.name).file_stem();
        name.map_or_else(
            || "picture".to_owned(),
            |name| name.to_string_lossy().into_owned(),
        )
    };
    let base = format!("{stem}.{}", plan.recipe.name);
    let folder = wish
        .path
        .as_deref()
        .and_then(Path::parent)
        .unwrap_or_else(|| Path::new(""));
    if let Some(folder) = &wish.keep {
        check_keep(folder, wish.force, order)?;
    }
    let outputs = Outputs {
        master: (!wish.to_stdout).then(|| wish.path.clone().unwrap_or_else(|| free(&base, plan))),
        failed: free_in(folder, &format!("{base}.failed")),
        format: format(wish.path.as_deref())?,
        existing: if wish.force {
            Existing::Replace
        } else {
            Existing::Keep
        },
    };
    if outputs.format == Format::Jpeg && plan.source.alpha {
        return Err(Error::new(
            ErrorKind::Usage,
            "the picture has transparency, and a JPEG cannot hold it",
        )
        .hint("write a `.png` instead"));
    }
    let Some(master) = &outputs.master else {
        if let Some(export) = plan.exports.first() {
            let message = format!("`-o -` has no place for the export `{}`", export.name);
            return Err(Error::new(ErrorKind::Usage, message).hint("name a file with `-o`"));
        }
        return Ok(outputs);
    };
    let mut paths = vec![master.clone(), record_path(master)];
    paths.extend(
        plan.exports
            .iter()
            .map(|export| preset_path(master, &export.name)),
    );
    for path in &paths {
        if inputs(order).any(|input| fs::same_file(input, path)) {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("`{}` is an input and is never written over", path.display()),
            )
            .hint("choose another name with `-o`"));
        }
        if !wish.force && path.exists() {
            return Err(fs::already_there(path));
        }
        if path.is_dir() {
            return Err(Error::new(
                ErrorKind::Usage,
                format!("`{}` is a folder", path.display()),
            )
            .hint("name a file inside it"));
        }
    }
    match master.parent() {
        Some(folder) if folder.is_file() => Err(Error::new(
            ErrorKind::Usage,
            format!("`{}` is a file, not a folder", folder.display()),
        )
        .hint("name a folder that is there")),
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(Error::new(
            ErrorKind::Usage,
            format!("there is no folder `{}`", folder.display()),
        )
        .hint(format!("make it first: `mkdir -p {}`", folder.display()))),
        _ => Ok(outputs),
    }
}

/// Encodes, checks the file itself, and writes master, exports and record.
pub(super) fn deliver(
    mut outcome: Outcome,
    outputs: Outputs,
    order: &Order,
    house: &House,
    watch: &dyn Watch,
) -> Result<Delivered> {
    watch.stage("writing");
    if let Err(fault) = keep(&outcome, &order.output) {
        // The result itself may have been paid for.
        outcome
            .warnings
            .push(format!("what was seen on the way is not kept: {fault}"));
    }
    let failed = outcome.verdict.status == Status::Fail;
    // What failed is never a finished picture, so it is always kept exactly.
    let format = if failed { Format::Png } else { outputs.format };
    let path = if failed {
        Some(outputs.failed.clone())
    } else {
        outputs.master.clone()
    };
    let bytes = encode::encode(&outcome.picture, format, outcome.plan.quality)?;
    let file = check_file(&bytes, &outcome)?;
    if format.is_lossless() && file.is_some_and(|lock| lock.changed > 0) {
        return Err(Error::new(
            ErrorKind::Internal,
            "the encoded file differs from the composite",
        )
        .hint("nothing was written; please report this"));
    }
    let mut records = vec![OutputRecord {
        path: path.as_deref().map_or_else(|| "-".to_owned(), file_name),
        sha256: Digest::of(&bytes),
        width: outcome.picture.width(),
        height: outcome.picture.height(),
        preset: None,
        derived: !format.is_lossless(),
    }];
    let tier = tier(&outcome, house);
    let file = file.map(|lock| (lock, format));
    let record = |outputs| Record::of(&outcome, tier, file, outputs, &order.started);
    let Some(path) = path else {
        let record = record(records);
        return Ok(Delivered {
            record,
            path: None,
            record_path: None,
            bytes,
        });
    };
    let existing = if failed {
        Existing::Keep
    } else {
        outputs.existing
    };
    let mut staged = vec![Staged::new(&path, &bytes)?];
    if !failed {
        for ExportPlan {
            name,
            width,
            height,
        } in outcome.plan.exports.clone()
        {
            let picture = export::fill(&outcome.picture, width, height);
            let bytes = encode::encode(&picture, format, outcome.plan.quality)?;
            let own = preset_path(&path, &name);
            records.push(export_record(
                &own,
                &bytes,
                &picture,
                &outcome.picture,
                name,
                format,
            ));
            staged.push(Staged::new(&own, &bytes)?);
        }
    }
    let record = record(records);
    let record_path = record_path(&path);
    let json = serde_json::to_vec_pretty(&record).map_err(|fault| {
        Error::new(ErrorKind::Internal, "the record cannot be written").caused_by(fault)
    })?;
    staged.push(Staged::new(&record_path, &json)?);
    for file in staged {
        file.commit(existing)?;
    }
    Ok(Delivered {
        record,
        path: Some(path),
        record_path: Some(record_path),
        bytes,
    })
}

/// Refuses a folder for pictures of the way that is none, or where they could replace something.
fn check_keep(folder: &Path, force: bool, order: &Order) -> Result<()> {
    let shown = folder.display();
    if folder.is_file() {
        return Err(Error::new(
            ErrorKind::Usage,
            format!("`{shown}` is a file, not a folder"),
        )
        .hint("name a new folder with `--keep`"));
    }
    let holds = |input: &Path| {
        input.parent().is_some_and(|own| {
            fs::same_file(own, folder)
                || (own.as_os_str().is_empty() && fs::same_file(Path::new("."), folder))
        })
    };
    if let Some(input) = inputs(order).find(|input| holds(input)) {
        return Err(Error::new(
            ErrorKind::Usage,
            format!(
                "`{shown}` holds the input `{}`, which is never written over",
                input.display()
            ),
        )
        .hint("name a new folder with `--keep`"));
    }
    let has_files = std::fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
    if has_files && !force {
        return Err(
            Error::new(ErrorKind::Usage, format!("`{shown}` is not empty"))
                .hint("name a new folder with `--keep`, or write into this one with `--force`"),
        );
    }
    Ok(())
}

/// Writes the pictures of how the result came about, if they are wanted.
fn keep(outcome: &Outcome, wish: &OutputWish) -> Result<()> {
    let Some(folder) = &wish.keep else {
        return Ok(());
    };
    fs::create_folder(folder)?;
    let existing = if wish.force {
        Existing::Replace
    } else {
        Existing::Keep
    };
    for (name, bytes) in &outcome.looks.files {
        fs::write(&folder.join(name), bytes, existing)?;
    }
    Ok(())
}

/// Decodes what was encoded, and compares it with the source outside the edit area.
fn check_file(bytes: &[u8], outcome: &Outcome) -> Result<Option<Lock>> {
    if outcome.figures.lock.is_none() {
        return Ok(None);
    }
    let again = decode(bytes, u64::MAX)?.picture;
    let again = again.to_layout(outcome.reference.layout());
    Ok(Some(drift::check_lock(
        &outcome.reference,
        &again,
        &outcome.weights,
    )))
}

fn tier(outcome: &Outcome, house: &House) -> Tier {
    let name = outcome
        .plan
        .route
        .chosen
        .split('/')
        .next()
        .unwrap_or_default();
    house
        .registry
        .get(name)
        .map(|provider| provider.capabilities().tier)
        .unwrap_or_default()
}

fn export_record(
    path: &Path,
    bytes: &[u8],
    picture: &Picture,
    master: &Picture,
    preset: String,
    format: Format,
) -> OutputRecord {
    OutputRecord {
        path: file_name(path),
        sha256: Digest::of(bytes),
        width: picture.width(),
        height: picture.height(),
        preset: Some(preset),
        derived: !format.is_lossless() || picture.size() != master.size(),
    }
}

/// Every file this edit has read.
fn inputs(order: &Order) -> impl Iterator<Item = &Path> {
    let mask = match &order.mask {
        Some(MaskGiven::File(input)) => Some(input),
        Some(MaskGiven::Words(_)) | None => None,
    };
    let pictures = [
        Some(&order.image),
        mask,
        order.protect.as_ref(),
        order.reply.as_ref(),
    ];
    let recipe = &order.found.recipe;
    let texts = std::iter::once(&recipe.source).chain(recipe.partials.values());
    pictures
        .into_iter()
        .flatten()
        .filter_map(|input| input.path.as_deref())
        .chain(order.brand_path.as_deref())
        .chain(texts.map(|text| Path::new(&text.name)))
}

fn format(path: Option<&Path>) -> Result<Format> {
    let Some(path) = path else {
        return Ok(Format::Png);
    };
    let name = path.to_string_lossy();
    Format::of_name(&name).ok_or_else(|| {
        Error::new(
            ErrorKind::Usage,
            format!("the ending of `{name}` names no format that is written"),
        )
        .hint("use `.png` or `.jpg`")
    })
}

/// `NAME.RECIPE.png`, then `NAME.RECIPE.2.png`, in the folder the user is in.
fn free(base: &str, plan: &Plan) -> PathBuf {
    numbered(Path::new(""), base, |path| {
        let exports = plan
            .exports
            .iter()
            .map(|export| preset_path(path, &export.name));
        exports
            .chain([path.to_owned(), record_path(path)])
            .all(|path| !path.exists())
    })
}

fn free_in(folder: &Path, base: &str) -> PathBuf {
    numbered(folder, base, |path| {
        !path.exists() && !record_path(path).exists()
    })
}

fn numbered(folder: &Path, base: &str, is_free: impl Fn(&Path) -> bool) -> PathBuf {
    let later = (2_u32..).map(|n| folder.join(format!("{base}.{n}.png")));
    std::iter::once(folder.join(format!("{base}.png")))
        .chain(later)
        .find(|path| is_free(path))
        .unwrap_or_else(|| folder.join(format!("{base}.png")))
}

fn record_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".json");
    PathBuf::from(name)
}

/// `out.png` with the preset `stories` is `out.stories.png`.
fn preset_path(path: &Path, preset: &str) -> PathBuf {
    let ending = path
        .extension()
        .map(|e| e.to_string_lossy().into_owned())
        .unwrap_or_default();
    path.with_extension(format!("{preset}.{ending}"))
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}
