(() => {
  "use strict";
  const form = document.getElementById("lti-form");
  const button = document.getElementById("lti-submit");
  // One launch is accepted once: a click while the page is already posting must not send it again.
  button.disabled = true;
  window.setTimeout(() => {
    button.disabled = false;
  }, 10000);
  // A field named "submit" hides the form's own method.
  HTMLFormElement.prototype.submit.call(form);
})();
