/** The error of an execution that ends because the model is not sure. */
export const UNSURE = "THRESHOLD_CONFIDENCE_NOT_MET";

/** The error of an execution that ends because the picture is of no vehicle. */
export const STRANGER = "NOT_A_KNOWN_VEHICLE";
