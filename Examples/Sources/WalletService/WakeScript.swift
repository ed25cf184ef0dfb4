internal import Pages
internal import Tegata

// What runs in a browser that can be woken: two small scripts of this wallet's own, served as files, so that the pages' policy lets
// nothing else run. No page needs them for anything else.

/// Subscribes the browser and hands the subscription to the form; on the list of cards, lets those go that are not there any more. A
/// card has a subscription of its own, so that no issuer sees which cards are in one browser.
let wakeScript = """
    "use strict";
    (() => {
      const form = document.getElementById("wake");
      const list = document.getElementById("wake-cards");
      if (!("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;

      const bytes = text => Uint8Array.from(
        atob(text.replace(/-/g, "+").replace(/_/g, "/")), letter => letter.charCodeAt(0));

      const active = registration => new Promise((resolve, reject) => {
        if (registration.active) return resolve(registration);
        const worker = registration.installing || registration.waiting;
        worker.addEventListener("statechange", () => {
          if (worker.state === "activated") resolve(registration);
          if (worker.state === "redundant") reject(new Error("redundant"));
        });
      });

      const subscribe = async () => {
        if (await Notification.requestPermission() !== "granted") throw new Error("denied");
        const registration = await active(
          await navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope }));
        const before = await registration.pushManager.getSubscription();
        if (before) await before.unsubscribe();
        const made = await registration.pushManager.subscribe(
          { userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key) });
        const { endpoint, keys } = made.toJSON();
        form.elements.endpoint.value = endpoint;
        form.elements.p256dh.value = keys.p256dh;
        form.elements.auth.value = keys.auth;
        form.submit();
      };

      if (form) {
        document.getElementById("wake-cannot").hidden = true;
        form.hidden = false;
        form.addEventListener("submit", event => {
          event.preventDefault();
          subscribe().catch(() => { document.getElementById("wake-refused").hidden = false; });
        });
      }

      if (list) {
        const cards = list.dataset.cards.split(" ");
        navigator.serviceWorker.getRegistrations().then(all => all.forEach(async registration => {
          const place = new URL(registration.scope).pathname.match(/^\\/wake\\/([^/]+)\\/$/);
          if (!place || cards.includes(place[1])) return;
          const subscription = await registration.pushManager.getSubscription();
          if (subscription) await subscription.unsubscribe();
          registration.unregister();
        }));
      }
    })();

    """

/// Says that there is mail, and from whom, in the language in which it was asked for; a click leads to the card's mail.
func wakeWorker(_ language: Language) -> String {
    let words: JSON = [
        "lang": .string(language.rawValue), "mailCame": .string(language(.mailCame)),
    ]
    return """
        "use strict";
        const words = \(words);
        self.addEventListener("push", event => {
          let from = "";
          try { from = new URL(event.data.json().iss).host; } catch { /* a signal without words is one */ }
          event.waitUntil(self.registration.showNotification(
            words.mailCame, { body: from, lang: words.lang, tag: self.registration.scope }));
        });
        self.addEventListener("notificationclick", event => {
          event.notification.close();
          event.waitUntil(self.clients.openWindow(self.registration.scope + "mail?lang=" + words.lang));
        });

        """
}
