// Package evaluation measures how well comments are judged: ranking (AUC, average
// precision), decisions at a threshold (precision, recall, F1), calibration, and fairness
// towards the people whom comments are about. It knows nothing of any model: it is given
// labelled rows and a function that scores them.
package evaluation
