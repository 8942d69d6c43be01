//! The forms in which administrators register a tool by hand: where they are, and what their fields are called. They
//! come from documentation and public sources, and were not seen on running systems; products rename things.

use lti_types::{PersonalData, Scope};

use crate::Term;

/// What to do in a form, in order.
pub(crate) enum Entry {
    /// Something that does not depend on the tool.
    Do(&'static str),
    /// A field, and what goes into it.
    Enter(&'static str, What),
    /// Something to switch on if the tool asks for one of these.
    Services(&'static str, &'static [Scope]),
    /// Something to switch on if the tool asks for this about people.
    Person(&'static str, PersonalData),
    /// Something to switch on if the tool can deep link.
    DeepLinking(&'static str),
    /// What the platform shows afterwards, and belongs into the tool's record.
    Copy(&'static str, Term),
}

/// What goes into a field.
#[derive(Clone, Copy)]
pub(crate) enum What {
    Name,
    Description,
    Domain,
    LoginUrl,
    TargetLinkUri,
    RedirectUris,
    KeySetUrl,
    PublicKey,
    DeepLinkingUrl,
    Custom,
    /// The JSON of Canvas.
    CanvasJson,
}

use Entry::{Copy, DeepLinking, Do, Enter, Person, Services};

const GRADES: &[Scope] = &[Scope::LineItem, Scope::LineItemReadOnly, Scope::ResultReadOnly, Scope::Score];
const ROSTER: &[Scope] = &[Scope::ContextMembershipReadOnly];

/// The form of a profile.
pub(crate) fn form_of(profile: &str) -> &'static [Entry] {
    match profile {
        "canvas" => CANVAS,
        "moodle" => MOODLE,
        "blackboard" => BLACKBOARD,
        "brightspace" => BRIGHTSPACE,
        "sakai" => SAKAI,
        "schoology" => SCHOOLOGY,
        "openedx" => OPEN_EDX,
        _ => &[],
    }
}

const CANVAS: &[Entry] = &[
    Do("As an account administrator, open Admin, the account, Developer Keys, + Developer Key, + LTI Key."),
    Enter("Key Name", What::Name),
    Enter("Redirect URIs", What::RedirectUris),
    Do("Method: Paste JSON."),
    Enter("LTI 1.3 Configuration", What::CanvasJson),
    Do("Save, and switch the key's State to ON."),
    Copy("Details (the number)", Term::ClientId),
    Do(
        "Open the account's Settings, Apps, View App Configurations, + App. Configuration Type: By Client ID. Enter the number, Submit, Install.",
    ),
    Do("In the list of apps, open the gear of the new one, Deployment Id."),
    Copy("Deployment Id", Term::DeploymentIds),
    Do(
        "Issuer and addresses are those of the edition (cloud, beta, test), or of your own host: Canvas does not show them.",
    ),
];

const MOODLE: &[Entry] = &[
    Do(
        "As an administrator, open Site administration, Plugins, Activity modules, External tool, Manage tools, configure a tool manually.",
    ),
    Enter("Tool name", What::Name),
    Enter("Tool URL", What::TargetLinkUri),
    Enter("Tool description", What::Description),
    Do("LTI version: LTI 1.3."),
    Do("Public key type: Keyset URL; on releases that do not offer it, RSA key."),
    Enter("Public keyset", What::KeySetUrl),
    Enter("Public key", What::PublicKey),
    Enter("Initiate login URL", What::LoginUrl),
    Enter("Redirection URI(s)", What::RedirectUris),
    Enter("Custom parameters", What::Custom),
    DeepLinking("Supports Deep Linking (Content-Item Message)"),
    Enter("Content Selection URL", What::DeepLinkingUrl),
    Services(
        "IMS LTI Assignment and Grade Services: Use this service for grade sync and column management",
        GRADES,
    ),
    Services(
        "IMS LTI Names and Role Provisioning: Use this service to retrieve members' information as per privacy settings",
        ROSTER,
    ),
    Person("Share launcher's name with tool: Always", PersonalData::Name),
    Person("Share launcher's email with tool: Always", PersonalData::Email),
    Do("Save changes, then open View configuration details (the list icon) of the new tool."),
    Copy("Platform ID", Term::Issuer),
    Copy("Client ID", Term::ClientId),
    Copy("Deployment ID", Term::DeploymentIds),
    Copy("Public keyset URL", Term::KeySetUrl),
    Copy("Access token URL", Term::TokenUrl),
    Copy("Authentication request URL", Term::AuthenticationUrl),
];

const BLACKBOARD: &[Entry] = &[
    Do(
        "As the tool's vendor, once for all customers: sign in at developer.anthology.com, My Apps, + (register a new application).",
    ),
    Enter("Application Name", What::Name),
    Enter("Description", What::Description),
    Enter("Domain(s)", What::Domain),
    Do("Switch My Integration supports LTI 1.3 on."),
    Enter("Login Initiation URL", What::LoginUrl),
    Enter("Tool Redirect URL(s)", What::RedirectUris),
    Enter("Tool JWKS URL", What::KeySetUrl),
    Do("Signing Algorithm: RS256."),
    Enter("Custom Parameters", What::Custom),
    Do("Register Application. What is shown then is the same for every customer."),
    Copy("Application ID", Term::ClientId),
    Copy("Issuer", Term::Issuer),
    Copy("Public keyset URL", Term::KeySetUrl),
    Copy("Auth token endpoint", Term::TokenUrl),
    Copy("OIDC auth request endpoint", Term::AuthenticationUrl),
    Do(
        "As each customer's administrator: Administrator Panel, Integrations, LTI Tool Providers, Register LTI 1.3/Advantage Tool. Client ID: the Application ID. Submit.",
    ),
    Person("User Fields to Send: Name", PersonalData::Name),
    Person("User Fields to Send: Email Address", PersonalData::Email),
    Services("Allow grade service access: Yes", GRADES),
    Services("Allow Membership Service Access: Yes", ROSTER),
    Do("Tool Status: Approved. Submit."),
    Copy("Deployment ID", Term::DeploymentIds),
    Do("In the list of tools, Manage Placements, Create Placement: a label, a handle, a type."),
    DeepLinking("Type: Deep Linking content tool"),
    Enter("Target Link URI", What::DeepLinkingUrl),
    Enter("Tool Provider URL", What::TargetLinkUri),
];

const BRIGHTSPACE: &[Entry] = &[
    Do(
        "As an administrator, open Admin Tools, Manage Extensibility, LTI Advantage, Register Tool, Standard.",
    ),
    Enter("Name", What::Name),
    Enter("Description", What::Description),
    Enter("Domain", What::Domain),
    Enter("Redirect URLs", What::RedirectUris),
    Enter("OpenID Connect Login URL", What::LoginUrl),
    Enter("Target Link URI", What::TargetLinkUri),
    Enter("Keyset URL", What::KeySetUrl),
    Services("Extensions: Assignment and Grade Services", GRADES),
    DeepLinking("Extensions: Deep Linking"),
    Services("Extensions: Names and Role Provisioning Services", ROSTER),
    Enter("Custom Parameters", What::Custom),
    Do("Register. Switch the registration on."),
    Copy("Client Id", Term::ClientId),
    Copy("Brightspace Keyset URL", Term::KeySetUrl),
    Copy("Brightspace OAuth2 Access Token URL", Term::TokenUrl),
    Copy("OpenID Connect Authentication Endpoint", Term::AuthenticationUrl),
    Copy("Brightspace OAuth2 Audience", Term::TokenAudience),
    Copy("Issuer", Term::Issuer),
    Do(
        "View Deployments, New Deployment: choose the tool, a name, the same extensions, and the organization units it is for.",
    ),
    Person("Security Settings: First Name, Last Name", PersonalData::Name),
    Person("Security Settings: Email", PersonalData::Email),
    Do("Create Deployment."),
    Copy("Deployment ID", Term::DeploymentIds),
    Do("View Links, New Link: a name, the URL, and the type (Basic Launch or Deep Linking Quicklink)."),
    Enter("URL of a Basic Launch", What::TargetLinkUri),
    Enter("URL of a Deep Linking Quicklink", What::DeepLinkingUrl),
];

const SAKAI: &[Entry] = &[
    Do("As an administrator, open Administration Workspace, External Tools, Install LTI 1.x Tool."),
    Enter("Tool Title", What::Name),
    Enter("Launch URL", What::TargetLinkUri),
    Do("Leave Launch Key and Launch Secret empty."),
    Do("Switch LTI 1.3 support on."),
    Enter("LTI 1.3 Tool Keyset URL", What::KeySetUrl),
    Enter("LTI 1.3 Tool OpenID Connect/Initialization Endpoint", What::LoginUrl),
    Enter("LTI 1.3 Tool Redirect Endpoint(s)", What::RedirectUris),
    Person("Send User Names to External Tool", PersonalData::Name),
    Person("Send Email Addresses to External Tool", PersonalData::Email),
    Services("Allow External Tool to return grades", GRADES),
    Services("Provide Roster to External Tool", ROSTER),
    DeepLinking("Allow the tool to be selected in the editor or Lessons (Content Item / Deep Link)"),
    Enter("Custom Parameters", What::Custom),
    Do("Save, then view the tool."),
    Copy("LTI 1.3 Platform Issuer URL", Term::Issuer),
    Copy("LTI 1.3 Client ID", Term::ClientId),
    Copy("LTI 1.3 Deployment ID", Term::DeploymentIds),
    Copy("LTI 1.3 Platform OAuth2 Well-Known/KeySet URL", Term::KeySetUrl),
    Copy("LTI 1.3 Platform OAuth2 Bearer Token Retrieval URL", Term::TokenUrl),
    Copy("LTI 1.3 Platform OIDC Authentication URL", Term::AuthenticationUrl),
];

const SCHOOLOGY: &[Entry] = &[
    Do(
        "As an administrator or developer, open App Center, Organization Apps or My Developer Apps, + Add App.",
    ),
    Enter("App Name", What::Name),
    Enter("Description", What::Description),
    Do("Type of App: LTI 1.3 App. Configuration Type: Manual."),
    Person("Privacy: Send Name and Email/Username of user who launches the tool", PersonalData::Name),
    DeepLinking("Deep Linking"),
    Services("Assignments and Grade Services", GRADES),
    Services("Names and Roles Services", ROSTER),
    Enter("JWKS URL", What::KeySetUrl),
    Enter("Domain/URL", What::TargetLinkUri),
    Enter("Overwrite Domain/URL (Course Materials)", What::DeepLinkingUrl),
    Enter("OIDC Login Init URL", What::LoginUrl),
    Enter("Redirect URLs", What::RedirectUris),
    Do("Submit, then Install LTI 1.3 App, I Agree, Continue, Add to Organization."),
    Do("In the list of apps, Options, API Info."),
    Copy("Client ID", Term::ClientId),
    Do("In Organization Apps, Configure the app."),
    Copy("Deployment ID", Term::DeploymentIds),
    Do("Issuer and addresses are the same for everybody: Schoology does not show them."),
];

const OPEN_EDX: &[Entry] = &[
    Do(
        "As a course author, in Studio: Settings, Advanced Settings, Advanced Module List: add \"lti_consumer\". In a unit: Advanced, LTI Consumer, Edit.",
    ),
    Enter("Display Name", What::Name),
    Do("Configuration Type: Configuration on block. LTI Version: LTI 1.3."),
    Enter("Tool Launch URL", What::TargetLinkUri),
    Enter("Tool Initiate Login URL", What::LoginUrl),
    Enter("Registered Redirect URIs (as a JSON list)", What::RedirectUris),
    Do("Tool Public Key Mode: Keyset URL, or Public Key where there is none."),
    Enter("Tool Keyset URL", What::KeySetUrl),
    Enter("Tool Public Key", What::PublicKey),
    Services("Enable LTI NRPS: True", ROSTER),
    DeepLinking("Deep linking: True"),
    Enter("Deep Linking Launch URL", What::DeepLinkingUrl),
    Services(
        "LTI Assignment and Grades Service: Allow tools to manage and submit grade (programmatic)",
        GRADES,
    ),
    Enter("Custom Parameters", What::Custom),
    Person("Request user's full name: True", PersonalData::Name),
    Person("Request user's email: True", PersonalData::Email),
    Do("Save. The block shows what the tool needs."),
    Copy("Client ID", Term::ClientId),
    Copy("Deployment ID", Term::DeploymentIds),
    Copy("Keyset URL", Term::KeySetUrl),
    Copy("Access Token URL", Term::TokenUrl),
    Copy("OIDC Callback URL", Term::AuthenticationUrl),
    Do("The issuer is the address of the LMS, as the platform's operators configured it."),
];
