//! Cartridges of our own.

use std::collections::BTreeMap;

use lti_cartridge::{
    Cartridge, Content, EndUserRole, Files, Folder, Icon, Identifier, IntendedUse, Item, Link, LtiLink,
    Metadata, PackagePath, PlatformExtension, Property, Resource, Rights, Scope, Standard, StandardsGroup,
    StandardsProvider, StandardsSet, TextType, Topic, Vendor, Version, WebLink,
};

pub(crate) type FileMap = BTreeMap<PackagePath, Vec<u8>>;

pub(crate) fn item(key: &str) -> Identifier {
    Identifier::derived(Scope::Item, key)
}

pub(crate) fn resource(key: &str) -> Identifier {
    Identifier::derived(Scope::Resource, key)
}

pub(crate) fn path(text: &str) -> PackagePath {
    text.parse().unwrap()
}

pub(crate) fn empty() -> Cartridge {
    Cartridge::new(Identifier::derived(Scope::Manifest, "course"), Metadata::new("Nothing yet"))
}

/// Adds a resource and a link of the outline to it.
pub(crate) fn add(cartridge: &mut Cartridge, key: &str, title: &str, content: impl Into<Content>) {
    cartridge.items.push(Item::Link(Link::new(item(key), title, resource(key))));
    cartridge.resources.push(Resource::new(resource(key), content));
}

pub(crate) fn one_link() -> Cartridge {
    let mut cartridge = empty();
    let mut link = LtiLink::new("Cell division", "https://tool.example.com/launch/cell");
    link.vendor = Some(Vendor::new("example.com", "Example Press"));
    add(&mut cartridge, "cell", "Cell division", link);
    cartridge
}

pub(crate) fn standards() -> StandardsSet {
    let mut standard = Standard::new("3f2a9c1e-0000-4000-8000-000000000001");
    standard.label = Some("EX.1 <&>".into());
    let mut group = StandardsGroup::new(vec![standard, Standard::new("second")]);
    group.region = Some("US".into());
    group.edition = Some("2014-01-01".into());
    let mut set = StandardsSet::new(vec![StandardsProvider::new("example.org", vec![group])]);
    set.resource_label = Some("Chapter 1".into());
    set
}

/// An LTI link with everything that its descriptor can hold.
pub(crate) fn full_link(n: usize, version: Version) -> LtiLink {
    let title =
        ["細胞分裂", "Клетка \"и\" ядро", "الخلية & النواة", "Cell 🧬 <division>", "Zellteilung's"][n % 5];
    let mut url = format!("https://tool.example.com/launch?a=1&b=\"{n}\"&c='x'<y>")
        .replace(['"', '\'', '<', '>'], "%22");
    while url.len() < 4096 {
        url.push(if url.len() % 7 == 0 { '&' } else { 'x' });
    }
    let mut link = LtiLink::new(format!("{title} {n}"), url);
    link.description = Some("Two lines\nof <b>text</b> & more ]]> \u{1F600}".into());
    link.custom =
        (0..50).map(|p| Property::new(format!("custom_{p}"), format!("v&\"<{p}>\r\n{title}"))).collect();
    link.custom.push(Property::new("empty", ""));
    let mut extension = PlatformExtension::new("canvas.instructure.com");
    extension.set("tool_id", "example");
    link.extensions = vec![extension, PlatformExtension::new("org.moodle.lms")];
    link.set_canvas_points(12.5);
    link.icon = Some(Icon::new("http://tool.example.com/icon.png?a=1&b=2"));
    let mut icon = Icon::new("https://tool.example.com/icon.png");
    icon.key = Some("icon".into());
    icon.platform = Some("canvas.instructure.com".into());
    icon.style = Some("small".into());
    link.secure_icon = Some(icon);
    let mut vendor = Vendor::new("example.com", "Éditions Exemple & Fils");
    vendor.description = Some("Books".into());
    vendor.url = Some("https://example.com/?a&b".into());
    vendor.email = Some("help@example.com".into());
    link.vendor = Some(vendor);
    link.bundle = Some("bundle-1".into());
    if version.holds_standards() {
        link.standards = vec![standards()];
    }
    link
}

/// 200 LTI links in folders of five levels, and for other than thin cartridges every other kind.
pub(crate) fn large(version: Version) -> (Cartridge, FileMap) {
    let mut cartridge = empty();
    let metadata = &mut cartridge.metadata;
    metadata.title = "Biologie & \"Leben\" 生物学 🧬".into();
    metadata.description = Some("All of it: <p>, & and ]]>".into());
    metadata.language = Some("de-CH".into());
    metadata.keywords = vec!["Zelle".into(), "細胞".into()];
    metadata.rights = Some(Rights::new("CC BY 4.0 & more"));
    if version.holds_standards() {
        metadata.standards = Some(standards());
    }
    for top in 0..5 {
        let mut folder = None;
        for level in (0..5).rev() {
            let key = format!("{top}/{level}");
            let mut items: Vec<Item> = folder.take().into_iter().map(Item::Folder).collect();
            for n in 0..8 {
                let key = format!("{key}/{n}");
                let mut of = Resource::new(resource(&key), full_link(n, version));
                if n == 1 {
                    of.roles.insert(EndUserRole::Instructor);
                }
                if n == 2 && version.holds_standards() {
                    of.standards = vec![standards(), standards()];
                }
                cartridge.resources.push(of);
                items.push(Item::Link(Link::new(
                    item(&key),
                    format!("Übung {n} – «{key}» & 'x' \"y\" 😀"),
                    resource(&key),
                )));
            }
            folder = Some(Folder::new(item(&key), format!("Ordner {key} <é> 目次"), items));
        }
        cartridge.items.extend(folder.map(Item::Folder));
    }
    let mut files = FileMap::new();
    let mut web = WebLink::new("A page & more", "https://example.org/?a=1&b=\"2\"".replace('"', "%22"));
    web.target = Some("_blank".into());
    web.window_features = Some("width=100,height=\"100\"".into());
    add(&mut cartridge, "web", "A page", web);
    if !version.is_thin() {
        others(&mut cartridge, &mut files, version);
    }
    (cartridge, files)
}

fn others(cartridge: &mut Cartridge, files: &mut FileMap, version: Version) {
    let mut topic = Topic::new("Talk <b>", "<p>What &amp; why? $IMS-CC-FILEBASE$/a.png</p>", TextType::Html);
    topic.attachments = vec!["pages/read me é.html".into()];
    add(cartridge, "topic", "Talk", topic);
    add(cartridge, "plain", "Plain", Topic::new("Plain", "a < b\r\n", TextType::Plain));

    let page = path("pages/read me é.html");
    let image = path("pages/pic.png");
    let content = two_files(&page, &image);
    add(cartridge, "page", "Read me", Content::WebContent(content));
    files.insert(page.clone(), b"<p>hello</p>".to_vec());
    files.insert(image.clone(), vec![0x89; 70_000]);
    let last = cartridge.resources.last_mut().unwrap();
    last.intended_use =
        Some(if version.holds_assignment_use() { IntendedUse::Assignment } else { IntendedUse::Syllabus });

    let icon = path("icon/icon.png");
    files.insert(icon.clone(), b"png".to_vec());
    cartridge.resources.push(Resource::new(resource("icon"), Content::Associated(Files::one(icon))));
    let mut with_icon = LtiLink::new("With an icon", "https://tool.example.com/");
    with_icon.vendor = Some(Vendor::new("example.com", "Example Press"));
    with_icon.icon_resource = Some(resource("icon").to_string());
    let mut of = Resource::new("named_by_hand-1.x".parse().unwrap(), with_icon);
    of.dependencies.push(resource("icon"));
    cartridge.resources.push(of);
    let topic = cartridge.resources.iter_mut().find(|r| r.identifier == resource("topic")).unwrap();
    topic.dependencies.push(resource("page"));
    topic.roles.extend([EndUserRole::Instructor, EndUserRole::Mentor]);
}

fn two_files(page: &PackagePath, image: &PackagePath) -> Files {
    let mut files = Files::one(page.clone());
    files.files.push(image.clone());
    files
}
