//! The page the demo leaves: plain HTML that opens from the disk.

use std::fmt::Write as _;

use crate::engine::{LockedFile, Record};
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

/// The drifted reply, pasted plainly and composed by us.
pub(super) struct Drifted {
    pub(super) model: &'static str,
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
    let drift = ours.record.drift.map_or_else(String::new, |drift| {
        format!(
            "The raw reply had drifted by {:.1} on average (1 is about the least one sees), and {} of the pixels that must stay had changed. ",
            drift.mean,
            percent(drift.changed)
        )
    });
    let figure = |file: &str, caption: &str| {
        format!(
            "<figure><img src=\"{folder}/{file}\" alt=\"\"><figcaption>{caption}</figcaption></figure>"
        )
    };
    format!(
        "<section><h2>What a hosted model does to the rest</h2><p>Simulated by the provider <code>mock</code> \
         (<code>{}</code>): hosted models move the frame, shift colours and redraw what they were told to leave. {drift}\
         In the composed picture none of them differs from the source. Replies are not moved back into place yet, so beside the jar a second edge shows where the reply's own jar lay.</p>\
         <div class=\"row\">{}{}{}</div><p class=\"proof\">{} · <a href=\"{folder}/after.png.json\">record</a></p></section>",
        escape(drifted.model),
        figure("reply.png", "the reply as it came (simulated)"),
        figure("pasted.png", "pasted plainly through the mask (simulated)"),
        figure("after.png", "composed by scumble"),
        escape(&proof(&ours.record)),
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
