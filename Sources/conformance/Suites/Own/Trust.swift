import Tegata

/// Trust bundles by the pins of their verifiers.
let trustFunctions: [String: OwnFunction] = [
    "trust-bundle": { input, _ in
        let bundle = try TrustPin(parsing: try input.pin.string)
            .open(try input.bundle.string, at: Int64(try input["time"].int))
        return [
            "version": .whole(bundle.version), "pin": .string(bundle.pin.encoded),
            "expires": .whole(bundle.expires),
            "issuers": .array(bundle.contents.issuers.map { .string($0.profile.issuer) }),
            "attestors": .array(bundle.contents.attestors.map { .string($0.name) }),
        ]
    }
]
