"""Clicks through claiming and showing a card in headless Chromium, in both languages, on a phone and on a desk.

    screens.py ISSUER VERIFIER WALLET [FOLDER]

Every page on the way has to hold some rules of WCAG 2.1 AA that a program can see. With a folder, screenshots go there.
Prints one line a step and "N passed, M failed".
"""

import os
import sys
import time

from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By

ISSUER, VERIFIER, WALLET = sys.argv[1:4]
FOLDER = sys.argv[4] if len(sys.argv) > 4 else None
SIZES = {"phone": (390, 844), "desk": (1280, 900)}

passed = failed = 0


def check(name, holds, detail=""):
    global passed, failed
    if holds:
        passed += 1
        print("ok    ", name)
    else:
        failed += 1
        print("FAILED", name, detail)


# What a program can see of WCAG 2.1 AA on one page; an empty list is good.
RULES = """
const found = [];
const visible = e => e.offsetParent !== null;
if (!document.documentElement.lang) found.push('no language');
if (document.querySelectorAll('h1').length !== 1) found.push('not one h1');
if (!document.title) found.push('no title');
for (const e of document.querySelectorAll('input:not([type=hidden]),select,textarea'))
  if (visible(e) && !e.labels.length && !e.getAttribute('aria-label')) found.push('no label: ' + e.name);
for (const e of document.querySelectorAll('button,a.button,header nav a'))
  if (visible(e) && e.getBoundingClientRect().height < 43.5) found.push('small target: ' + e.textContent);
for (const e of document.querySelectorAll('svg'))
  if (e.getAttribute('role') === 'img' && !e.getAttribute('aria-label')) found.push('picture without a name');
if (document.documentElement.scrollWidth > document.documentElement.clientWidth + 1) found.push('wider than the screen');
const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; });
  return .2126 * r + .7152 * g + .0722 * b; };
const rgb = s => (s.match(/[0-9.]+/g) || []).map(Number);
const ground = e => { for (let n = e; n; n = n.parentElement) { const c = rgb(getComputedStyle(n).backgroundColor);
  if (c.length === 3 || c[3] > 0) return c.slice(0, 3); } return [255, 255, 255]; };
for (const e of document.querySelectorAll('main *, header *')) {
  if (e.closest('svg') || !visible(e) || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
  const style = getComputedStyle(e), a = light(rgb(style.color).slice(0, 3)), b = light(ground(e));
  const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
  const large = parseFloat(style.fontSize) >= 24 || parseFloat(style.fontSize) >= 18.6 && +style.fontWeight >= 700;
  if (ratio < (large ? 3 : 4.5)) found.push('contrast ' + ratio.toFixed(1) + ': ' + e.textContent.trim().slice(0, 20));
}
return found;
"""

# A push service that is none: its subscription is a good one as far as an issuer sees.
SUBSCRIBE = """
const b64 = bytes => btoa(String.fromCharCode(...new Uint8Array(bytes)))
  .replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async options => {
  const pair = await crypto.subtle.generateKey({name: 'ECDH', namedCurve: 'P-256'}, true, ['deriveBits']);
  const keys = {p256dh: b64(await crypto.subtle.exportKey('raw', pair.publicKey)),
    auth: b64(crypto.getRandomValues(new Uint8Array(16)))};
  if (!options.userVisibleOnly || options.applicationServerKey.length !== 65) throw new Error('options');
  return {toJSON: () => ({endpoint: 'https://push.example/one', keys})};
};
"""
NOTIFICATIONS = """
const done = arguments[arguments.length - 1];
navigator.serviceWorker.getRegistrations()
  .then(all => Promise.all(all.map(one => one.getNotifications())))
  .then(lists => done(lists.flat().map(one => [one.title, one.body])));
"""
SCOPES = """
const done = arguments[arguments.length - 1];
navigator.serviceWorker.getRegistrations().then(all => done(all.map(one => one.scope)));
"""
REGISTER = """
const done = arguments[arguments.length - 1];
navigator.serviceWorker.register('/wake-worker.js?lang=ja', {scope: '/wake/nobody/'}).then(() => done());
"""


class Walk:
    def __init__(self, language, size):
        self.language, self.size = language, size
        options = Options()
        for argument in ["--headless=new", "--no-sandbox", "--disable-gpu", f"--lang={language}", "--hide-scrollbars"]:
            options.add_argument(argument)
        options.add_experimental_option("prefs", {"intl.accept_languages": language})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(20)
        self.fit()

    def fit(self):
        """The size of the screen, which every new tab has to be told."""
        width, height = SIZES[self.size]
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": self.size == "phone"})

    def tab(self, link):
        self.driver.switch_to.new_window("tab")
        self.fit()
        self.driver.get(link)

    def name(self, step):
        return f"{self.language} {self.size}: {step}"

    def page(self, step):
        """Looks at the page that is shown."""
        faults = self.driver.execute_script(RULES)
        check(self.name(step), not faults, faults)
        language = self.driver.execute_script("return document.documentElement.lang")
        check(self.name(step + ", language"), language == self.language, language)
        if FOLDER:
            self.driver.save_screenshot(f"{FOLDER}/{step.replace(' ', '-')}-{self.language}-{self.size}.png")

    def one(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def steadily(self, what, seconds=10):
        """Does something to a page that may renew itself just now."""
        end = time.time() + seconds
        while True:
            try:
                return what()
            except (NoSuchElementException, StaleElementReferenceException):
                if time.time() > end:
                    raise
                time.sleep(0.1)

    def click(self, selector):
        self.steadily(lambda: self.one(selector).click())

    def link(self, selector):
        return self.steadily(lambda: self.one(selector).get_attribute("href"))

    def wait(self, selector, seconds=25):
        end = time.time() + seconds
        while time.time() < end:
            found = self.driver.find_elements(By.CSS_SELECTOR, selector)
            if found:
                return found[0]
            time.sleep(0.2)
        check(self.name("waiting for " + selector), False, self.driver.current_url)
        raise TimeoutError(selector)

    def arrive(self, part, seconds=25):
        """Waits until the page that a form leads to is there, as a whole."""
        limit = time.time() + seconds
        while time.time() < limit:
            state = self.driver.execute_script("return [location.pathname, document.readyState]")
            if part in state[0] and state[1] == "complete":
                return
            time.sleep(0.1)
        check(self.name("arriving at " + part), False, self.driver.current_url)
        raise TimeoutError(part)

    def claim_another(self, person, edition):
        """A card of another edition, without a look at each page."""
        driver = self.driver
        driver.get(f"{ISSUER}/editions/{edition}")
        self.click("form[action$='/claim'] button")
        code = self.steadily(lambda: self.one(".big").text)
        link = self.link(f"a.button[href^='{WALLET}']")
        claim = driver.current_window_handle
        self.tab(link)
        self.click("main form button")
        self.wait("#code").send_keys(code)
        self.click("main form button")
        time.sleep(0.5)
        wallet = driver.current_window_handle
        driver.switch_to.window(claim)
        self.wait(f"input[value='{person}']")
        self.click(f"input[value='{person}']")
        self.click("form[action$='/prove'] button")
        self.wait(".verdict.good")
        driver.switch_to.window(wallet)
        self.wait("svg.card")
        driver.close()
        driver.switch_to.window(claim)

    def link_cards(self, person):
        """Two cards are shown to be one person's: no by default, then yes."""
        driver = self.driver
        driver.get(VERIFIER + "/links")
        self.page("links")
        # The issuer's lists say a moment later that there is another card.
        time.sleep(8)
        for agrees in [False, True]:
            driver.get(VERIFIER + "/links")
            self.click("ul.editions form button")
            if agrees:
                self.page("link asked for")
            counter = driver.current_window_handle
            self.tab(self.link(f"a.button[href^='{WALLET}']"))
            self.click("main form button")
            self.wait("button[value=link]")
            if agrees:
                driver.execute_script("document.querySelector('input[name=agree]').scrollIntoView({block: 'center'})")
                self.page("link")
                self.click("input[name=agree]")
                self.click("input[name=few]")
                self.click(f"option[value='{person}']")
                self.click("button[value=link]")
            else:
                # The browser itself does not send a yes without its mark.
                self.click("button[value=link]")
                check(self.name("no mark, no yes"), "/links/" in driver.current_url and bool(
                    driver.find_elements(By.CSS_SELECTOR, "button[value=link]")))
                self.click("button[value=decline]")
            self.wait(".verdict.good")
            self.page("linked" if agrees else "not linked")
            driver.close()
            driver.switch_to.window(counter)
        self.wait(".verdict.good")
        self.page("one person")
        words = {"ja": "人のうちのひとり", "en": "One of "}[self.language]
        check(self.name("which card stays hidden"), words in self.one("main").text)

    def claim(self, person):
        """A card: the wallet first, then the ID card."""
        driver = self.driver
        driver.get(ISSUER + "/")
        self.page("issuer")
        self.click("ul.editions a")
        self.page("edition")
        self.click("form[action$='/claim'] button")
        self.page("offer")
        code = self.steadily(lambda: self.one(".big").text)
        link = self.link(f"a.button[href^='{WALLET}']")
        claim = driver.current_window_handle
        self.tab(link)
        self.page("wallet opens")
        # The other language, and back: what was opened stays.
        for _ in range(2):
            self.click("header nav a")
        self.page("wallet opens again")
        self.click("main form button")
        self.wait("#code")
        self.page("wallet asks for the code")
        self.one("#code").send_keys(code)
        self.click("main form button")
        time.sleep(0.5)
        self.page("wallet waits")
        wallet = driver.current_window_handle
        driver.switch_to.window(claim)
        self.wait(f"input[value='{person}']")
        self.page("ID card")
        self.click(f"input[value='{person}']")
        self.click("form[action$='/prove'] button")
        if driver.find_elements(By.CSS_SELECTOR, ".verdict.bad"):
            # The same person again: refused in words, and given again on another phone.
            self.page("one card a person")
            driver.get(driver.current_url.replace("/prove", "/claim"))
            self.click(f"input[value='{person}']")
            self.click("input[name=replacing]")
            self.click("form[action$='/prove'] button")
        self.wait(".verdict.good")
        self.page("card is ready")
        driver.switch_to.window(wallet)
        self.wait("svg.card")
        self.page("card in the wallet")
        card = driver.current_url
        self.click("form[action$='/status'] button")
        self.wait(".verdict.good")
        self.page("status")
        driver.back()
        self.click("form[action$='/benefits'] button")
        self.arrive("/benefits")
        self.page("what a card has so many times")
        check(self.name("ten rides"), self.steadily(lambda: "10 / 10" in self.one("main").text))
        driver.back()
        self.click("form[action$='/mail'] button")
        self.arrive("/mail/")
        self.page("notices")
        driver.get(card)
        self.click("form[action$='/proofs'] button")
        self.arrive("/proofs")
        self.page("proofs of notices")
        self.wake(card)
        driver.get(WALLET + "/move")
        self.page("move")
        driver.close()
        driver.switch_to.window(claim)

    def wake(self, card):
        """A browser that wants to hear of mail, at a push service that is none; then a push, and the service worker says so."""
        driver = self.driver
        driver.get(card + "/wake")
        self.page("told when there is mail")
        check(self.name("the script takes over"), not driver.find_element(By.ID, "wake-cannot").is_displayed())
        driver.execute_cdp_cmd(
            "Browser.grantPermissions", {"origin": WALLET, "permissions": ["notifications"]})
        driver.execute_script(SUBSCRIBE)
        self.click("#wake button")
        self.wait(".verdict.good")
        self.page("will be told")
        driver.execute_cdp_cmd("ServiceWorker.enable", {})
        for number in range(4):
            try:
                driver.execute_cdp_cmd(
                    "ServiceWorker.deliverPushMessage",
                    {"origin": WALLET, "registrationId": str(number), "data": '{"iss":"https://city.example"}'})
            except WebDriverException:
                pass
        said = []
        for _ in range(50):
            said = driver.execute_async_script(NOTIFICATIONS)
            if said:
                break
            time.sleep(0.1)
        expected = {"ja": "お知らせが届きました", "en": "There is mail for you"}[self.language]
        check(self.name("the service worker says that there is mail"), said == [[expected, "city.example"]], said)
        scope = driver.execute_async_script(SCOPES)
        check(self.name("one registration, of this card"), len(scope) == 1, scope)
        # One of a card that is not here any more is let go when the list of cards is looked at.
        driver.execute_async_script(REGISTER)
        driver.get(WALLET + "/")
        left = scope
        for _ in range(50):
            left = driver.execute_async_script(SCOPES)
            if left == scope:
                break
            time.sleep(0.1)
        check(self.name("a deleted card's registration goes"), left == scope, left)
        driver.get(scope[0] + "mail")
        self.page("where a notification leads")
        driver.get(card + "/wake")
        self.click("form[action$='/wake/end'] button")
        self.wait(".verdict.good")
        self.page("will not be told")

    def show(self):
        """The card at a counter: the code on one screen, the wallet on another."""
        driver = self.driver
        driver.get(VERIFIER + "/")
        self.page("counter")
        self.click("ul.editions li:last-child button[value=cross]")
        self.page("question")
        counter = driver.current_window_handle
        # What a phone would read from the code.
        link = self.link("a.button[href^='openid4vp:']")
        self.tab(WALLET + "/open?" + link.split("?", 1)[1])
        self.click("main form button")
        time.sleep(0.5)
        self.page("consent")
        self.consent()
        time.sleep(0.5)
        self.page("shown")
        driver.close()
        driver.switch_to.window(counter)
        self.wait(".verdict")
        self.page("verdict")
        check(self.name("the card is genuine"), bool(driver.find_elements(By.CSS_SELECTOR, ".verdict.good")))
        check(self.name("the tier is shown"), "gold" in self.one("main").text)

    def show_here(self):
        """The wallet on the same device, which leads back to the counter."""
        self.driver.get(VERIFIER + "/")
        self.click("ul.editions li:last-child button[value=same]")
        self.click(f"a.button[href^='{WALLET}']")
        self.click("main form button")
        time.sleep(0.5)
        self.consent()
        time.sleep(0.5)
        if not self.driver.find_elements(By.CSS_SELECTOR, ".verdict"):
            self.page("back to the counter")
            self.click(f"a[href^='{VERIFIER}']")
        self.wait(".verdict")
        self.page("verdict here")
        check(self.name("same device"), bool(self.driver.find_elements(By.CSS_SELECTOR, ".verdict.good")))

    def use(self):
        """A ride that the issuer counts, from the wallet on the same device."""
        driver = self.driver
        driver.get(VERIFIER + "/uses")
        self.page("entitlements")
        self.click("ul.editions form button")
        self.page("use asked for")
        counter = driver.current_window_handle
        self.tab(self.link(f"a.button[href^='{WALLET}']"))
        self.click("main form button")
        time.sleep(0.5)
        self.page("use agreed to")
        self.consent()
        self.wait(".verdict.good")
        self.page("used")
        driver.close()
        driver.switch_to.window(counter)
        self.wait(".verdict.good")
        self.page("use counted")

    def consent(self):
        """Says yes: the first button that is not a quiet one."""
        self.click("main form button:not(.quiet):not(.danger)")

    def kiosk(self, person, good):
        """A person with an ID card alone."""
        driver = self.driver
        driver.get(VERIFIER + "/kiosk")
        self.page("kiosk")
        for field in driver.find_elements(By.CSS_SELECTOR, f"input[value='{person}']"):
            field.click()
        for choice in driver.find_elements(By.CSS_SELECTOR, f"option[value='{person}']"):
            choice.click()
        self.click("main form button:not(.quiet)")
        self.wait(".verdict")
        self.page("kiosk says")
        check(self.name("kiosk knows " + person), bool(driver.find_elements(By.CSS_SELECTOR, ".verdict.good")) == good)


def main():
    if FOLDER:
        os.makedirs(FOLDER, exist_ok=True)
    people = iter(["aiko", "ben", "chie", "dai"])
    for language in ["ja", "en"]:
        for size in SIZES:
            walk = Walk(language, size)
            person = next(people)
            try:
                walk.claim(person)
                walk.show()
                walk.show_here()
                walk.use()
                walk.claim_another(person, "library")
                walk.link_cards(person)
                walk.kiosk(person, True)
            except Exception as fault:
                check(walk.name("goes on"), False, f"{type(fault).__name__}: {str(fault).splitlines()[0]} at {walk.driver.current_url}")
            finally:
                walk.driver.quit()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
