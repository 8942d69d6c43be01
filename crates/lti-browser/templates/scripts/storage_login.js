(() => {
  "use strict";
  const script = document.currentScript;
  const settings = JSON.parse(script.dataset.settings);
  script.removeAttribute("data-settings");

  const goOn = () => window.location.replace(settings.next);

  // Whether the browser keeps a cookie that is like the launch's, which no script can see.
  const keepsCookies = () => {
    try {
      const attributes = "; Secure; SameSite=None; Partitioned";
      document.cookie = "lti_probe=1; Max-Age=60" + attributes;
      const kept = document.cookie.split("; ").includes("lti_probe=1");
      document.cookie = "lti_probe=; Max-Age=0" + attributes;
      return kept;
    } catch {
      return false;
    }
  };

  const accept = (reply) => (reply.value === undefined || reply.value === settings.value ? true : undefined);

  askPlatform(settings, "lti.put_data", { key: settings.key, value: settings.value }, accept).then(
    () => {
      document.documentElement.dataset.ltiStorage = "stored";
      goOn();
    },
    (error) => {
      document.documentElement.dataset.ltiStorage = error.message;
      const blocked = document.getElementById("lti-blocked");
      if (!blocked || keepsCookies()) {
        goOn();
        return;
      }
      document.getElementById("lti-opening").hidden = true;
      blocked.hidden = false;
      blocked.focus();
    },
  );
})();
