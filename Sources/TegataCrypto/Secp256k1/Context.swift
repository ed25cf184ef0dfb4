internal import CSecp256k1

/// libsecp256k1's context, made once and blinded with fresh randomness against side channels. It is only read
/// afterwards, and the library allows that from any thread.
enum Context {
    nonisolated(unsafe) static let shared: OpaquePointer = {
        guard let context = unsafe secp256k1_context_create(contextNone) else {
            preconditionFailure("libsecp256k1 could not make a context")
        }
        var system = SystemRandomness()
        let seed = system.bytes(32)
        precondition(
            unsafe secp256k1_context_randomize(context, seed) == 1,
            "libsecp256k1 could not blind its context")
        return unsafe context
    }()
}

// The C header defines its flags as macros with shifts, which Swift does not import.
let contextNone: UInt32 = 1
let compressedFlag: UInt32 = 1 << 1 | 1 << 8
let uncompressedFlag: UInt32 = 1 << 1
