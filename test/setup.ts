// Property tests draw the same values in every run: a failure here is a failure everywhere.
import fc from "fast-check";

fc.configureGlobal({ seed: 20_240_131 });
