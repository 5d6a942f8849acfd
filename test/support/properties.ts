import fc from "fast-check"

/** All property tests of a run share the seed PROPERTY_SEED, which vitest.config.ts sets. */
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env["PROPERTY_SEED"]) })
