//! `scumble demo`: every kind of edit on sample pictures, offline, and a page to look at.

mod page;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;

use super::args::DemoArgs;
use super::progress::Spinner;
use super::report::Report;
use super::wait;
use crate::engine::{self, Delivered, House, Input, MaskGiven, Order, OutputWish};
use crate::error::{Error, ErrorKind, Result};
use crate::fs::{self, Existing};
use crate::library::{Library, sample};
use crate::picture::decode::MAX_PIXELS;
use crate::picture::drift::drift;
use crate::picture::{Feather, Mask, Picture, Weights, composite, decode, encode};
use crate::provider::{EditRequest, Registry, Watch};
use crate::recipe::{Brand, Kind, Options};
use crate::route::{Wanted, Wish};
use crate::store::Blobs;

/// One edit of the demo.
struct Edit {
    folder: &'static str,
    recipe: &'static str,
    picture: &'static str,
    mask: Option<&'static str>,
    params: &'static [(&'static str, &'static str)],
    about: &'static str,
}

const EDITS: [Edit; 4] = [
    Edit {
        folder: "1-background-swap",
        recipe: "background-swap",
        picture: "jar.jpg",
        mask: Some("jar-mask.png"),
        params: &[("surface", "pale oak")],
        about: "The jar is the photograph's own, bit for bit; everything around it is new.",
    },
    Edit {
        folder: "2-element-replace",
        recipe: "element-replace",
        picture: "cup.jpg",
        mask: Some("cup-mask.png"),
        params: &[("color", "#2f6f64")],
        about: "Offline the marked cup gets another glaze; a hosted model would draw another cup.",
    },
    Edit {
        folder: "3-seasonal-variation",
        recipe: "seasonal-variation",
        picture: "hero.jpg",
        mask: None,
        params: &[("season", "autumn")],
        about: "A variation changes all of the picture, so nothing is locked, and nothing claims to be.",
    },
    Edit {
        folder: "4-outpaint-9x16",
        recipe: "outpaint-9x16",
        picture: "square.jpg",
        mask: None,
        params: &[],
        about: "The square lies untouched in the middle; the scene is continued above and below.",
    },
];

/// What the simulated reply went through: the middle of what was measured on hosted models.
const DRIFT: &str = "scale=1.012+shift=6,-4+tint=1.05,1.0,0.95+noise=3";

pub(super) fn run(args: &DemoArgs, report: &Report) -> Result<ExitCode> {
    let folder = match &args.folder {
        Some(folder) if folder.exists() => {
            let message = format!("`{}` is already there", folder.display());
            return Err(Error::new(ErrorKind::Usage, message).hint("name another folder"));
        }
        Some(folder) => folder.clone(),
        None => free_folder(),
    };
    let spinner = Spinner::new(report.is_json());
    let mut shown = Vec::new();
    for edit in &EDITS {
        spinner.stage(edit.recipe);
        shown.push(draw(edit, &folder, &spinner)?);
    }
    let drifted = drifted(&folder, &spinner)?;
    drop(spinner);
    let page = folder.join("index.html");
    let html = page::html(&shown, &drifted);
    fs::write(&page, html.as_bytes(), Existing::Keep)?;
    let data = json!({
        "folder": folder.display().to_string(),
        "page": page.display().to_string(),
        "edits": shown.iter().chain([&drifted.ours]).map(|edit| json!({
            "folder": edit.folder,
            "record": edit.record,
        })).collect::<Vec<_>>(),
    });
    for edit in shown.iter().chain([&drifted.ours]) {
        report.say(&format!("{}: {}", edit.folder, page::proof(&edit.record)));
    }
    report.say("open the page to look at before, mask and after:");
    report.data(&format!("{}\n", page.display()), data);
    Ok(ExitCode::SUCCESS)
}

fn free_folder() -> PathBuf {
    let numbered = (2_u32..).map(|n| PathBuf::from(format!("scumble-demo-{n}")));
    std::iter::once(PathBuf::from("scumble-demo"))
        .chain(numbered)
        .find(|folder| !folder.exists())
        .unwrap_or_default()
}

fn house() -> House {
    House {
        registry: Registry::standard(),
        blobs: Blobs::in_memory(),
    }
}

fn draw(edit: &Edit, folder: &Path, watch: &dyn Watch) -> Result<page::Shown> {
    let own = folder.join(edit.folder);
    fs::create_folder(&own)?;
    let before = put(&own, "before.jpg", bytes_of(edit.picture)?)?;
    let mask = edit
        .mask
        .map(|name| put(&own, "mask.png", bytes_of(name)?))
        .transpose()?;
    let params = edit
        .params
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    let order = order(edit.recipe, before, mask, params, own.join("after.png"))?;
    let delivered = wait(engine::run(&order, &house(), watch))?;
    shown(
        edit.folder,
        edit.about,
        edit.mask.is_some(),
        delivered,
        edit,
    )
}

fn shown(
    folder: &str,
    about: &str,
    mask: bool,
    delivered: Delivered,
    edit: &Edit,
) -> Result<page::Shown> {
    Ok(page::Shown {
        folder: folder.to_owned(),
        title: Library::default().find(edit.recipe)?.recipe.title,
        about: about.to_owned(),
        command: command(edit),
        has_mask: mask,
        record: delivered.record,
    })
}

/// What somebody would type to get the same.
fn command(edit: &Edit) -> String {
    let mask = edit.mask.map(|_| " --mask mask.png").unwrap_or_default();
    let params: Vec<String> = edit
        .params
        .iter()
        .map(|(name, value)| format!(" -p {name}=\"{value}\""))
        .collect();
    format!(
        "scumble run {} before.jpg{mask}{} -o mine.png",
        edit.recipe,
        params.concat()
    )
}

fn order(
    recipe: &str,
    image: Input,
    mask: Option<Input>,
    params: Vec<(String, String)>,
    output: PathBuf,
) -> Result<Order> {
    Ok(Order {
        found: Library::default().find(recipe)?,
        image,
        mask: mask.map(MaskGiven::File),
        mask_from: None,
        invert_mask: false,
        fit_mask: false,
        protect: None,
        reply: None,
        brand_path: None,
        params,
        brand: Brand::plain(),
        tags: vec!["demo".into()],
        wish: None,
        seed: 1,
        max_pixels: MAX_PIXELS,
        output: OutputWish {
            path: Some(output),
            force: false,
            to_stdout: false,
            keep: None,
        },
        started: jiff::Timestamp::now().to_string(),
    })
}

/// The second half: a reply that drifted as hosted ones do, pasted plainly and put back by us.
fn drifted(folder: &Path, watch: &dyn Watch) -> Result<page::Drifted> {
    let edit = &EDITS[0];
    let own = folder.join("5-drifted-reply");
    fs::create_folder(&own)?;
    let before = put(&own, "before.jpg", bytes_of(edit.picture)?)?;
    let mask = put(&own, "mask.png", bytes_of("jar-mask.png")?)?;
    let source = decode(&before.bytes, MAX_PIXELS)?.picture;
    let (region, _) = Mask::import(&decode(&mask.bytes, MAX_PIXELS)?.picture, None)?;
    let drawn = fs::read(&folder.join(edit.folder).join("after.png"), ErrorKind::Io)?;
    let reply = simulate(decode(&drawn, MAX_PIXELS)?.picture, watch)?;
    let reply_file = put(&own, "reply.png", &encode::png(&reply)?)?;
    let weights = Weights::new(&region, Feather::NONE, None);
    let raw = drift(&source, &reply, &weights);
    let pasted = composite(&source, &reply, &weights);
    put(&own, "pasted.png", &encode::png(&pasted)?)?;

    let mut order = order(
        edit.recipe,
        before,
        Some(mask),
        Vec::new(),
        own.join("after.png"),
    )?;
    order.params = edit
        .params
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    order.wish = Some(Wish {
        what: Wanted::Provider("file".into(), None),
        said_by: "the demo",
    });
    order.reply = Some(reply_file);
    let delivered = wait(engine::run(&order, &house(), watch))?;
    Ok(page::Drifted {
        model: DRIFT,
        raw,
        ours: shown("5-drifted-reply", "", true, delivered, edit)?,
    })
}

/// A picture as a hosted model would have sent it back.
fn simulate(picture: Picture, watch: &dyn Watch) -> Result<Picture> {
    let request = EditRequest {
        kind: Kind::Inpaint,
        model: Some(DRIFT.to_owned()),
        prompt: String::new(),
        options: Options::default(),
        picture: Arc::new(picture),
        mask: None,
        facts: None,
        seed: 1,
    };
    let registry = Registry::standard();
    let mock = registry.get("mock")?;
    wait(mock.edit(&request, watch)).map(|reply| reply.picture)
}

fn bytes_of(name: &str) -> Result<&'static [u8]> {
    sample(name)
        .ok_or_else(|| Error::new(ErrorKind::Internal, format!("there is no sample `{name}`")))
}

fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<Input> {
    let path = folder.join(name);
    fs::write(&path, bytes, Existing::Keep)?;
    Ok(Input {
        name: name.to_owned(),
        path: Some(path),
        bytes: bytes.to_vec(),
    })
}
