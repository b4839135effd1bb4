//! The page the demo leaves: plain HTML that opens from the disk.

use std::fmt::Write as _;

use crate::engine::{LockedFile, Record};
use crate::picture::drift::Drift;
use crate::picture::mask::percent;

/// One edit as the page shows it.
pub(super) struct Shown {
    pub(super) folder: String,
    pub(super) title: String,
    pub(super) about: String,
    pub(super) command: String,
    pub(super) has_mask: bool,
    pub(super) record: Record,
}

/// The drifted reply, pasted plainly and put back by us.
pub(super) struct Drifted {
    pub(super) model: &'static str,
    /// How far the reply was from the source as it came.
    pub(super) raw: Option<Drift>,
    pub(super) ours: Shown,
}

/// What the record proves, in one sentence.
pub(super) fn proof(record: &Record) -> String {
    match &record.lock {
        None => "a variation: nothing is locked".to_owned(),
        Some(lock) => {
            let file = match lock.file {
                LockedFile::Exact => "checked again in the written file",
                LockedFile::Derived => "the written file is a lossy copy",
            };
            format!(
                "{} edited, {} of {} locked pixels changed, {file}",
                percent(record.edited),
                lock.changed,
                lock.checked
            )
        }
    }
}

pub(super) fn html(edits: &[Shown], drifted: &Drifted) -> String {
    let mut body = String::new();
    for edit in edits {
        // Writing to a String cannot fail.
        let _ = write!(body, "{}", section(edit));
    }
    let _ = write!(body, "{}", drifted_section(drifted));
    include_str!("page.html").replace("{{body}}", &body)
}

fn section(edit: &Shown) -> String {
    let folder = escape(&edit.folder);
    let (canvas, source) = (edit.record.canvas, &edit.record.source);
    let same_size = (canvas.width, canvas.height) == (source.width, source.height);
    let pictures = if same_size {
        format!(
            "<div class=\"compare\" style=\"aspect-ratio:{}/{}\">\
             <img src=\"{folder}/before.jpg\" alt=\"before\"><img class=\"after\" src=\"{folder}/after.png\" alt=\"after\">\
             <input type=\"range\" min=\"0\" max=\"100\" value=\"50\" aria-label=\"before and after\"></div>",
            source.width, source.height
        )
    } else {
        format!(
            "<div class=\"row\"><figure><img src=\"{folder}/before.jpg\" alt=\"before\"><figcaption>before</figcaption></figure>\
             <figure><img src=\"{folder}/after.png\" alt=\"after\"><figcaption>after</figcaption></figure></div>"
        )
    };
    let mask = if edit.has_mask {
        format!(
            "<figure class=\"mask\"><img src=\"{folder}/mask.png\" alt=\"mask\"><figcaption>the mask; what is transparent or white may change</figcaption></figure>"
        )
    } else {
        String::new()
    };
    format!(
        "<section><h2>{}</h2><p>{}</p>{pictures}{mask}<pre>cd {folder}\n{}</pre><p class=\"proof\">{} · <a href=\"{folder}/after.png.json\">record</a></p></section>",
        escape(&edit.title),
        escape(&edit.about),
        escape(&edit.command),
        escape(&proof(&edit.record)),
    )
}

fn drifted_section(drifted: &Drifted) -> String {
    let ours = &drifted.ours;
    let folder = escape(&ours.folder);
    let figure = |class: &str, file: &str, caption: &str| {
        format!(
            "<figure><div class=\"{class}\"><img src=\"{folder}/{file}\" alt=\"\"></div><figcaption>{caption}</figcaption></figure>"
        )
    };
    let row = |class: &str, captions: [&str; 3]| {
        let [reply, pasted, after] = captions;
        format!(
            "<div class=\"row\">{}{}{}</div>",
            figure(class, "reply.png", reply),
            figure(class, "pasted.png", pasted),
            figure(class, "after.png", after),
        )
    };
    let whole = row(
        "whole",
        [
            "the reply as it came (simulated)",
            "pasted plainly through the mask (simulated)",
            "put back, matched and composed by scumble",
        ],
    );
    let close = row(
        "close",
        [
            "close up: the label is tinted and grained",
            "the label is the source's; beside the jar stands the edge of the reply's own",
            "the label is the source's, and the jar has one edge",
        ],
    );
    format!(
        "<section><h2>What a hosted model does to the rest, and what becomes of it</h2><p>Simulated by the provider <code>mock</code> \
         (<code>{}</code>): hosted models move the frame, shift colours and redraw what they were told to leave. {}</p>\
         {whole}{close}<p>Verdict: {}.</p><pre>cd {folder}\nscumble verify before.jpg reply.png --mask mask.png\nscumble verify before.jpg after.png --mask mask.png</pre>\
         <p class=\"proof\">{} · <a href=\"{folder}/after.png.json\">record</a></p></section>",
        escape(drifted.model),
        escape(&what_became_of_it(drifted)),
        escape(&verdict(&ours.record)),
        escape(&proof(&ours.record)),
    )
}

/// How the reply lay and what was done about it, from the record.
fn what_became_of_it(drifted: &Drifted) -> String {
    let record = &drifted.ours.record;
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(raw) = drifted.raw {
        let _ = write!(
            text,
            "As it came, {} of the pixels that must stay had changed, by {:.1} on average, where 1 is about the least one sees. ",
            percent(raw.changed),
            raw.mean
        );
    }
    if let Some(lay) = record.registration.and_then(|lay| lay.in_words()) {
        let _ = write!(
            text,
            "scumble found that the reply lay {lay}, and put it back. "
        );
    }
    if let Some(tone) = record.tone {
        let [r, g, b] = tone.gain;
        let _ = write!(
            text,
            "It took the tint away: red × {r:.2}, green × {g:.2}, blue × {b:.2}. "
        );
    }
    if let Some(drift) = record.drift {
        let _ = write!(
            text,
            "Put back, and before its tint was taken away, the rest was still off by {:.1}. ",
            drift.mean
        );
    }
    text + "In the composed picture none of it differs from the source."
}

fn verdict(record: &Record) -> String {
    let verdict = &record.verdict;
    let word = verdict.status.word();
    if verdict.reasons.is_empty() {
        return word.to_owned();
    }
    format!("{word}: {}", verdict.reasons.join("; "))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
