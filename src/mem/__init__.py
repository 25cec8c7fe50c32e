"""The engine that drives a Multilateral Evaluation Mechanism round."""
