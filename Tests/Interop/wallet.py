"""A wallet of libraries that share no line with ours: jwcrypto, sd-jwt and requests from PyPI.

    wallet.py ISSUER VERIFIER

Claims a card over OpenID4VCI, with the transaction code and the ID card's step on the issuer's page, checks it with the sd-jwt
reference library, and shows it over OpenID4VP, encrypted, to the verifier's counter page. Then what must be refused.
"""

import base64
import json
import re
import sys
import time
from html import unescape
from urllib.parse import parse_qs, urlparse

import requests
from jwcrypto.jwe import JWE
from jwcrypto.jwk import JWK, JWKSet
from jwcrypto.jws import JWS
from sd_jwt.holder import SDJWTHolder
from sd_jwt.verifier import SDJWTVerifier

ISSUER, VERIFIER = sys.argv[1:3]
passed = 0


def check(name, holds, detail=""):
    global passed
    if not holds:
        sys.exit(f"FAILED {name} {detail}")
    passed += 1
    print("ok    ", name)


def page(session, address):
    answer = session.get(address, headers={"Accept": "text/html", "Accept-Language": "en"})
    return answer.text


def field(html):
    return re.search(r'name="form" value="([^"]*)"', html).group(1)


def signed(key, header, payload):
    jws = JWS(json.dumps(payload))
    jws.add_signature(key, alg="ES256", protected=json.dumps({"alg": "ES256", **header}))
    return jws.serialize(compact=True)


def decode(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def did_key(did):
    """The P-256 key of a did:key (W3C CCG): base58, multicodec 0x1200, a compressed point."""
    digits = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
    number = 0
    for letter in did.removeprefix("did:key:z"):
        number = number * 58 + digits.index(letter)
    raw = number.to_bytes(35, "big")
    check("did:key is of P-256", raw[:2] == bytes([0x80, 0x24]))
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey

    return JWK.from_pyca(EllipticCurvePublicKey.from_encoded_point(SECP256R1(), raw[2:]))


def claim(holder, person):
    browser = requests.Session()
    html = page(browser, f"{ISSUER}/editions/founders")
    browser.post(f"{ISSUER}/editions/founders/claim", data={"form": field(html)})
    html = page(browser, f"{ISSUER}/editions/founders/claim")
    link = unescape(re.search(r'href="(openid-credential-offer:[^"]*)"', html).group(1))
    code = re.search(r'class="big">([0-9]{6})<', html).group(1)
    offer = requests.get(parse_qs(urlparse(link).query)["credential_offer_uri"][0]).json()
    grant = offer["grants"]["urn:ietf:params:oauth:grant-type:pre-authorized_code"]
    metadata = requests.get(f"{ISSUER}/.well-known/openid-credential-issuer").json()
    server = requests.get(f"{ISSUER}/.well-known/oauth-authorization-server").json()
    check("the offer is this issuer's", offer["credential_issuer"] == metadata["credential_issuer"] == ISSUER)
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:pre-authorized_code", "pre-authorized_code": grant["pre-authorized_code"]}
    wrong = requests.post(server["token_endpoint"], data={**form, "tx_code": "%06d" % ((int(code) + 1) % 1000000)})
    check("a wrong transaction code is refused (A68)", wrong.status_code == 400 and wrong.json()["tegata_reason"] == "unauthorized")
    tokens = requests.post(server["token_endpoint"], data={**form, "tx_code": code}).json()
    again = requests.post(server["token_endpoint"], data={**form, "tx_code": code})
    check("the code is good once (A67)", again.json()["tegata_reason"] == "replayed")
    bearer = {"Authorization": "Bearer " + tokens["access_token"]}
    kind = offer["credential_configuration_ids"][0]

    def ask(**changes):
        nonce = requests.post(metadata["nonce_endpoint"]).json()["c_nonce"]
        payload = {"aud": ISSUER, "iat": int(time.time()), "nonce": nonce, **changes}
        proof = signed(holder, {"typ": "openid4vci-proof+jwt", "jwk": json.loads(holder.export_public())}, payload)
        return requests.post(metadata["credential_endpoint"], headers=bearer, json={"credential_configuration_id": kind, "proofs": {"jwt": [proof]}})

    check("a proof for another issuer is refused (A70)", ask(aud="https://other.example").status_code == 400)
    check("a proof with another nonce is refused (A70)", ask(nonce="x").json()["error"] == "invalid_nonce")
    later = ask()
    check("the card waits for the person", later.status_code == 202, later.text)
    html = page(browser, f"{ISSUER}/editions/founders/claim")
    browser.post(f"{ISSUER}/editions/founders/prove", data={"form": field(html), "person": person, "replacing": ""})
    answer = requests.post(metadata["deferred_credential_endpoint"], headers=bearer, json={"transaction_id": later.json()["transaction_id"]})
    check("the card arrives", answer.status_code == 200, answer.text)
    return answer.json()["credentials"][0]["credential"]


def present(holder, card, reveal, **changes):
    browser = requests.Session()
    html = page(browser, VERIFIER + "/")
    last = re.findall(r'name="check" value="([^"]*)"', html)[-1]
    started = browser.post(VERIFIER + "/start", data={"form": field(html), "check": last, "flow": "cross"}, allow_redirects=False)
    visit = VERIFIER + started.headers["Location"]
    html = page(browser, visit)
    link = urlparse(unescape(re.search(r'href="(openid4vp:[^"]*)"', html).group(1)))
    asked = {name: values[0] for name, values in parse_qs(link.query).items()}
    fetched = requests.get(asked["request_uri"])
    check("the request is one", fetched.headers["Content-Type"].startswith("application/oauth-authz-req+jwt"))
    did = asked["client_id"].removeprefix("decentralized_identifier:")
    jws = JWS()
    jws.deserialize(fetched.text, did_key(did))
    request = json.loads(jws.payload)
    check("the request is signed by whom it names", request["client_id"] == asked["client_id"])
    query = request["dcql_query"]["credentials"][0]
    holding = SDJWTHolder(card)
    holding.create_presentation(reveal, changes.get("nonce", request["nonce"]), changes.get("aud", request["client_id"]), holder, "ES256")
    payload = {"vp_token": {query["id"]: [holding.sd_jwt_presentation]}}
    if "state" in request:
        payload["state"] = request["state"]
    if request["response_mode"] == "direct_post.jwt":
        key = request["client_metadata"]["jwks"]["keys"][0]
        header = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": key["kid"]}
        jwe = JWE(json.dumps(payload), protected=json.dumps(header), recipient=JWK(**key))
        form = {"response": jwe.serialize(compact=True)}
    else:
        form = {"vp_token": json.dumps(payload["vp_token"]), "state": payload["state"]}
    answer = requests.post(request["response_uri"], data=form)
    return answer, lambda: page(browser, visit)


def main():
    holder = JWK.generate(kty="EC", crv="P-256")
    card = claim(holder, "dai")
    keys = JWKSet.from_json(json.dumps(requests.get(f"{ISSUER}/.well-known/jwt-vc-issuer").json()["jwks"]))
    verified = SDJWTVerifier(card, lambda issuer, header: keys.get_key(header["kid"]) if header and header.get("kid") else list(keys)[0])
    payload = verified.get_verified_payload()
    check("the reference library verifies the card", payload["iss"] == ISSUER and payload["edition"]["id"] == "founders")
    check("the card is bound to the wallet's key", payload["cnf"]["jwk"]["x"] == json.loads(holder.export_public())["x"])
    answer, verdict = present(holder, card, {"tier": True})
    check("the verifier takes the answer", answer.status_code == 200, answer.text)
    html = verdict()
    check("the counter says good, and the tier", 'class="verdict good"' in html and "gold" in html)
    for name, changes in [("another audience (A58)", {"aud": "x"}), ("another nonce (A53)", {"nonce": "x"})]:
        answer, verdict = present(holder, card, {"tier": True}, **changes)
        check(name + " is refused", answer.status_code >= 400 and 'class="verdict good"' not in verdict(), answer.text)
    answer, verdict = present(JWK.generate(kty="EC", crv="P-256"), card, {"tier": True})
    check("another wallet's key is refused", answer.status_code >= 400, answer.text)
    print(f"{passed} passed, 0 failed")


main()
