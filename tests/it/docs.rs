//! Every example in the documentation is run.

use std::path::{Path, PathBuf};

use scumble::picture::{Layout, Picture, encode};

use crate::support::{Ran, Test};

struct Block {
    place: String,
    info: String,
    text: String,
}

fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = vec![root.join("README.md")];
    pages.extend(
        std::fs::read_dir(root.join("docs"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "md")),
    );
    pages.sort();
    pages
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        let mut open: Option<Block> = None;
        for (number, line) in text.lines().enumerate() {
            match (line.strip_prefix("```"), open.take()) {
                (Some(_), Some(block)) => blocks.push(block),
                (Some(info), None) => {
                    let place = format!("{name}:{}", number + 1);
                    open = Some(Block {
                        place,
                        info: info.trim().into(),
                        text: String::new(),
                    });
                }
                (None, Some(mut block)) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                    open = Some(block);
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{name} has a block without an end");
    }
    blocks
}

/// The samples and the other files that examples name.
fn folder() -> Test {
    let test = Test::with_small_samples();
    test.ok("run background-swap jar.jpg --mask jar-mask.png -o reply.png");
    std::fs::remove_file(test.path("reply.png.json")).unwrap();
    let (w, h) = test.picture("jar.jpg").size();
    let protect = Picture::new(
        w,
        h,
        Layout::Grey,
        (0..w * h)
            .map(|at| if at % w < w / 8 { 255 } else { 0 })
            .collect(),
    );
    test.write("protect.png", &encode::png(&protect).unwrap());
    test.write("my-recipe.toml", b"recipe = 1\nname = \"my-recipe\"\nkind = \"inpaint\"\nprompt = \"The product on linen.\"\n");
    test.write(
        "brand.toml",
        b"brand = 1\nname = \"acme\"\npalette = [\"#e8e0d0\"]\n",
    );
    test
}

#[test]
fn recipes_and_brands_in_the_documentation_load() {
    let (test, mut found) = (folder(), 0);
    for block in blocks() {
        match block.info.as_str() {
            "toml recipe" => {
                test.write("example.toml", block.text.as_bytes());
                let ran = test.run("show ./example.toml");
                assert_eq!(ran.code, 0, "{}\n{}", block.place, ran.stderr);
            }
            "toml brand" => {
                test.write("example-brand.toml", block.text.as_bytes());
                let ran = test.run("plan seasonal-variation hero.jpg --brand example-brand.toml");
                assert_eq!(ran.code, 0, "{}\n{}", block.place, ran.stderr);
            }
            _ => continue,
        }
        found += 1;
    }
    assert!(found >= 4, "only {found} examples were found");
}

/// Lines that begin with `$ scumble` run in a folder with the samples. A comment `# exit 3` at the
/// end says which code is expected; without one it is success.
#[test]
fn commands_in_the_documentation_run() {
    let mut found = 0;
    let program = Path::new(env!("CARGO_BIN_EXE_scumble")).parent().unwrap();
    let path = std::env::join_paths(std::iter::once(program.to_owned()).chain(
        std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()),
    ))
    .unwrap();
    for block in blocks().into_iter().filter(|block| block.info == "console") {
        let test = folder();
        let text = block.text.replace("\\\n", " ");
        for line in text.lines().filter_map(|line| line.strip_prefix("$ ")) {
            if !line.split_whitespace().any(|word| word == "scumble")
                || line.contains("scumble demo")
            {
                continue;
            }
            let expected = line
                .split_once("# exit ")
                .map_or(0, |(_, code)| code.trim().parse::<i32>().unwrap());
            let mut command = test.command("sh");
            command.env("PATH", &path).args(["-c", line]);
            let ran = Ran::of(command.output().unwrap());
            assert_eq!(
                ran.code, expected,
                "{}: {line}\n{}",
                block.place, ran.stderr
            );
            found += 1;
        }
    }
    assert!(found >= 10, "only {found} commands were found");
}

#[test]
fn every_error_code_is_in_the_list() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/errors.md")).unwrap();
    let source = std::fs::read_to_string(root.join("src/error.rs")).unwrap();
    let codes = source
        .split("pub fn code")
        .nth(1)
        .unwrap()
        .split("\n    }\n")
        .next()
        .unwrap();
    let codes: Vec<&str> = codes.split('"').skip(1).step_by(2).collect();
    assert!(codes.len() >= 12);
    for code in codes {
        assert!(
            page.contains(&format!("`{code}`")),
            "docs/errors.md does not list `{code}`"
        );
    }
}

#[test]
fn every_field_of_a_record_is_explained() {
    fn names(value: &serde_json::Value, into: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(fields) => {
                for (name, value) in fields {
                    into.push(name.clone());
                    // What stands below these is the recipe's and the provider's own.
                    if !["params", "options"].contains(&name.as_str()) {
                        names(value, into);
                    }
                }
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| names(item, into)),
            _ => {}
        }
    }
    let test = folder();
    test.ok("run background-swap jar.jpg --mask jar-mask.png --protect protect.png -o out.png");
    let mut found = Vec::new();
    names(&test.json("out.png.json"), &mut found);
    assert!(found.len() > 60, "{found:?}");
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/records.md")).unwrap();
    let table: String = page.lines().filter(|line| line.starts_with('|')).collect();
    for name in found {
        assert!(
            table.contains(&name),
            "docs/records.md does not explain `{name}`"
        );
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = link.split('#').next().unwrap_or_default();
            if file.is_empty() || file.starts_with("http") {
                continue;
            }
            assert!(
                page.parent().unwrap().join(file).exists(),
                "{}: {link}",
                page.display()
            );
        }
    }
}
