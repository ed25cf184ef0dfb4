/// Runs the cases of one folder.
typealias Suite = @Sendable (Folder, inout Report) async throws -> Void

/// The folders that this program runs, by name.
let suites: [String: Suite] = [
    "bip340": runBIP340,
    "bip374-dleq": runBIP374,
    "bitstring-status-list": runBitstringLists,
    "dcql": runDCQL,
    "did": runDID,
    "ethereum": runEthereum,
    "frost-secp256k1": runFROST,
    "haip": runHAIP,
    "jcs": runJCS,
    "jose": runJOSE,
    "json-test-suite": runJSONTestSuite,
    "national-id": runNationalID,
    "oid4vci": runOpenID4VCI,
    "oid4vp": runOpenID4VP,
    "pkits": runPKITS,
    "rfc9380-h2c": runHashToCurve,
    "rfc9497-voprf": runOPRF,
    "sd-jwt": runSDJWT,
    "secp256k1-points": runPoints,
    "secp256k1-rfc6979": runRFC6979,
    "sigma-protocols": runSigmaProtocols,
    "signed-note": runSignedNotes,
    "tegata": runOwnVectors,
    "tlog-cosignature": runCosignatures,
    "tlog-merkle": runMerkleTrees,
    "tlog-tessera-log": runTiledLog,
    "token-status-list": runStatusLists,
    "wycheproof": runWycheproof,
    "x509-limbo": runLimbo,
]

/// Why a folder of the known layout is not run.
let later: [String: String] = [
    "base45-dcc": "no Base45 health certificates here",
    "bbs-optional": "BBS signatures are not on secp256k1",
    "bip327-musig2": "no signing by several issuers at once",
    "bip39-bip32": "no recovery phrases",
    "cashu": "its hash to the curve is try-and-increment, not RFC 9380",
    "cbor": "CBOR comes with mobile documents",
    "cose": "COSE comes with mobile documents",
    "mdoc": "mobile documents come later",
    "slip39": "shares of an archive's key have a format of their own, Spec/archive.md",
]
