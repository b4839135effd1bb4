//! The cases as files, so that other tools can be tried on them: `benches/sift.py` does.

use std::collections::BTreeSet;
use std::path::Path;

use scumble::picture::{Layout, Mask, Picture, encode};
use serde_json::json;

use super::cases::Case;

/// Writes each case to a folder of its own number, and one line for each to `cases.jsonl`: `off` is
/// our error in pixels of the source, `null` where the reply was refused.
pub(super) fn dump<'a>(folder: &Path, cases: impl Iterator<Item = (&'a Case, f64)>) {
    let mut written = BTreeSet::new();
    let mut lines = String::new();
    for (case, off) in cases {
        let source = format!("{}/source.png", case.photograph.replace([' ', ','], "-"));
        if written.insert(source.clone()) {
            write(&folder.join(&source), &case.source);
        }
        let number = format!("{:03}", case.number);
        write(&folder.join(&number).join("reply.png"), &case.reply);
        write(&folder.join(&number).join("mask.png"), &grey(&case.mask));
        let truth = &case.truth;
        let line = json!({
            "number": case.number,
            "photograph": case.photograph,
            "source": source,
            "mask": format!("{number}/mask.png"),
            "reply": format!("{number}/reply.png"),
            "source_size": case.source.size(),
            "reply_size": case.reply.size(),
            "truth": [truth.a, truth.b, truth.c, truth.d, truth.e, truth.f],
            "frame": format!("{:?}", case.frame),
            "meddled": case.meddled,
            "off": off.is_finite().then_some(off),
        });
        lines.push_str(&line.to_string());
        lines.push('\n');
    }
    std::fs::write(folder.join("cases.jsonl"), lines).unwrap();
}

fn grey(mask: &Mask) -> Picture {
    let (w, h) = mask.size();
    Picture::new(w, h, Layout::Grey, mask.coverage().to_vec())
}

fn write(path: &Path, picture: &Picture) {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, encode::png(picture).unwrap()).unwrap();
}
